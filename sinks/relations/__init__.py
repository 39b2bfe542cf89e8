"""Rules that look at other rows: uniqueness, order within a file, values that another dataset must have.

They are decided by SQL inside the sink's transaction, among candidates: all rows that passed the processors, whether
they are staged or lost under one of these rules. So what one row loses changes nothing for another, and the order of
commits does not matter. Of each rule the keys of all candidates are kept, up to date with every commit, in tables of
their own.
"""
