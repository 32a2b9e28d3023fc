"""The face in Python: `Index`, and what an index holds."""
