"""Models that are trained at once, on all rows of a part: what is offered, how it fits, and how it is measured."""
