"""A small dataset tree with drawn pictures, to try every command without downloading anything."""
