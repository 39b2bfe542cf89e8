"""Splits of feature views, from YAML to Parquet."""
