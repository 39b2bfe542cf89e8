"""Feature views as people ask for them: what is registered, one vector, and vectors joined to rows of their own."""
