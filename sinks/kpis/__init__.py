"""Key figures of execution dates: computed by the database, kept for ever."""
