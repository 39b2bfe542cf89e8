"""Splits of feature views for training: made, told, verified, and written out."""
