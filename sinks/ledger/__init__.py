"""What is known of files, spans and runs: the account of what was committed, from where."""
