"""Whether the environment, the tree and the index are well: checks that write nothing."""
