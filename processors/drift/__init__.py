"""How far the values of a day are from those of a frozen reference."""
