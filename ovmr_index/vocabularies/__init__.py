"""Lists of categories and what they mean: synsets, partitions, labels."""
