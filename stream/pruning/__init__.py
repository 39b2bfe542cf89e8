"""`prune`: raw events and landing files of old dates are given up, and that is recorded."""
