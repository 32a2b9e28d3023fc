"""Functions that return a query; no session, no loop over rows."""
