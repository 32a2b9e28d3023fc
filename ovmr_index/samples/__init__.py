"""Draws of K exemplars a category, and what is kept of them."""
