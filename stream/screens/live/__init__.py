"""The screen of `watch`, `run` and `top`: a snapshot, a size and a view become lines."""
