"""How the SQL of a view is read: one SELECT, its windows, its expressions, their types."""
