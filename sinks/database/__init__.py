"""The SQLite file: one connection, one writer, its migrations, and how names and values are written in SQL."""
