"""The configs by which rows were judged: each is stored once, and every span names its own."""
