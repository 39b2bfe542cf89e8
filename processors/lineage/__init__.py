"""Events of OpenLineage: what a run read, what it wrote, and from which columns each column is made."""
