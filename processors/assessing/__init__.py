"""What is expected of a dataset, and how well it was met."""
