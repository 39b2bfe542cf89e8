"""What is told of runs, in the transactions of what they do, and how far it was delivered."""
