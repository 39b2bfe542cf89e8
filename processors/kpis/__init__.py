"""Key figures of execution dates."""
