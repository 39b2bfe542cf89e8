"""Files beside the warehouse: projections of closed dates, there as a whole or not at all, rebuildable at any time."""
