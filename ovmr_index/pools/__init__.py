"""The pool of exemplars of each category: how it is made, what it holds, what it should not."""
