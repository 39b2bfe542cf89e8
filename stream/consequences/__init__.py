"""What follows from a replay: on other dates, and for what was made of the rows that changed."""
