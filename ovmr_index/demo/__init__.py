"""A small dataset tree of drawn images, to try every command without a download."""
