"""Splits of rows into parts to train, validate and test with: by time, never at random across it."""
