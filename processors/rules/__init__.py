"""What may be asked of a row, of several cells of it, and of the rows of a date."""
