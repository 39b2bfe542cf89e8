"""From a dataset's configuration to the objects that do the work."""
