"""What records came to under the rules by which they were judged."""
