"""`verify`: what is recorded is what its records come to."""
