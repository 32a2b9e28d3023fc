"""Checks of the documentation: dead links in its pages, and what its site would load."""
