"""The estimators of a learner, one way of dumping a module: river's own, held by a thin adapter of ours each."""
