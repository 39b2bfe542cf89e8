"""Feature views of a folder of configs: a YAML each, and the SQL beside it."""
