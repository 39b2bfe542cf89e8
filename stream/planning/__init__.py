"""`plan`: what a changed config would touch, and what it would cost."""
