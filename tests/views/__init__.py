"""Feature views: their SQL is read, refused and hashed; and it says in SQLite what it says here."""
