"""What is recorded, held against itself and against what is recomputed."""
