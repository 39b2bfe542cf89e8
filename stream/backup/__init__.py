"""A warehouse in a file of its own, and back."""
