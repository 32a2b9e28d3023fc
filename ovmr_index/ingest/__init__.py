"""Files into tables: one source, one transaction."""
