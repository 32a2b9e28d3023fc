"""The database: its tables, its engine, its schema revisions."""
