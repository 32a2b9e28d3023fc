"""What reports and lists look like at a prompt and in a notebook."""
