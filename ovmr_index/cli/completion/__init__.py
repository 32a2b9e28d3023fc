"""What a shell gives for Tab: commands, options, and the names that the index holds."""
