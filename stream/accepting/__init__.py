"""`schema accept`: a column that files have, or a further name of one, comes into the contract, and history with it."""
