"""Versions of parameters, and the rows that they are made of."""
