"""What two connections see of the same dates, compared: one within a transaction, and one that only reads."""
