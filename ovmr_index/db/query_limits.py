"""How long a query of unknown origin may take, and how much memory, unless it is given."""

SECONDS = 60.0
MEMORY_MIB = 512
