"""What the warehouse knows of schemas: versions, drifts, what contracts have gained."""
