"""Files beside the warehouse."""
