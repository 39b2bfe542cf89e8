"""What is stored about a single record, wherever that is."""
