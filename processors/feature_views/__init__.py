"""Features of entities: what was known of each before an instant, from windows over its rows."""
