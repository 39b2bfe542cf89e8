"""Vectors of feature views, kept beside the rows that they are made of, in the transactions that change these."""
