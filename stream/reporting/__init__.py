"""What a report tells: all that the warehouse knows of its rows, rules, columns, schemas, KPIs and models."""
