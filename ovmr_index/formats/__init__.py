"""Files to records: one format, one file. No database."""
