"""From an iterator of micro-batches to a run: judged in one thread, committed in another."""
