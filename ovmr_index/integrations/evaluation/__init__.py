"""Detections compared with the boxes or masks of a source: what `evaluate` consists of."""
