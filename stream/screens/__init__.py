"""What people look at: consumers of receipts, and what commands print."""
