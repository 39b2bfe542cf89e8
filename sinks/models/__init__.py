"""What learns from a dataset's rows: the log of what came and went, learners with their states, and trained models."""
