"""Whether machine, folders and installation are fit for a warehouse, and what to do where they are not."""
