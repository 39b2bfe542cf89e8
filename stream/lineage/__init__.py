"""Lineage: who is told of runs, and the way from files to models as a graph."""
