"""One record's way, step by step."""
