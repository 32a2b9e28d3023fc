"""Rows to files: one target, one file."""
