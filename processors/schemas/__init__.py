"""Schemas of files and of contracts: what is seen, what it means, what changed."""
