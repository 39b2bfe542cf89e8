"""Raw events, typed rows and rejects: the tables that hold records."""
