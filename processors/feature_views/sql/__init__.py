"""The SQL of a feature view: one SELECT with windows, read into what computes it."""
