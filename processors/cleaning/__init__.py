"""Steps that put something else into a cell than came, by what is known of the rows before."""
