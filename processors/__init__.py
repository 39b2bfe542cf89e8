"""Pure work on Arrow record batches: rows in, an [Outcome][processors.outcome.Outcome] out.

Nothing in this package touches a disk, a clock, the network, a random source or a thread; a test enforces it. That is
what lets the same objects run in `watch`, in `replay` and, pickled, on another machine.
"""
