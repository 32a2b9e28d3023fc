"""The face in the browser: pages over an index, served to this machine."""
