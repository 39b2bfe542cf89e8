"""Which parameters the records of an execution date are judged with."""
