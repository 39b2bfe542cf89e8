"""From names in headers to names of columns."""
