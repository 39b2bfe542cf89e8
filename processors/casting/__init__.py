"""Text to values, to the letter."""
