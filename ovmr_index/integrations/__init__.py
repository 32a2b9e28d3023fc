"""Objects of other packages: each package is imported only here, when it is needed."""
