"""What is made of whole execution dates, once their rows are committed."""
