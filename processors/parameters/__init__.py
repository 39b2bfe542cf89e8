"""What steps have learned from committed rows, frozen while an execution date runs."""
