"""The way out of the warehouse's dead letters, and back in: list, show, export, correct, retry."""
