"""Objects of other packages; each package is imported here alone, and late."""
