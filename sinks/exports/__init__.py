"""What is written to files beside the warehouse: the rows of each, and which state of its date each file has."""
