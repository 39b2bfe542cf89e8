"""What rests on rows that a replay changed, and is not made anew by itself."""
