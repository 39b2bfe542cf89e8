"""What is in columns of text, counted in bounded memory."""
