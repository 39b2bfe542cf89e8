"""The landing folder: which files are there, which are known, and what there is to read in them."""
