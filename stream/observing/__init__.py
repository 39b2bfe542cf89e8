"""How a run is, for programs that watch over it: metrics as Prometheus wants them, and whether it is well."""
