"""`replay --diff`: what a replay would change, done and undone."""
