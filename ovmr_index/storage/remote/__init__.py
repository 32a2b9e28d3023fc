"""Objects in buckets and files on web servers: listed, and read by ranges, through fsspec."""
