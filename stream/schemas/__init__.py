"""Contracts that are alive: what they gain, what they refuse, and what people see of it."""
