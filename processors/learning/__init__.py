"""Models: what is learned from rows, one tick after the other or all at once."""
