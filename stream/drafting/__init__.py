"""A dataset's first config, drafted from samples of its files."""
