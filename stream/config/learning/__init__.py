"""Models of a folder of configs: a YAML each, which says what is predicted from what, and who learns it."""
