"""Where judged rows go. The only code that knows SQL."""
