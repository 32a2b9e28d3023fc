"""Draws of K exemplars a category, and the samples that are saved of them."""
