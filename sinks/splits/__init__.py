"""Splits of a view's rows: the rows in the order of their ids, and the manifests that are kept."""
