"""One image: its header, its pixels, its crop, its hash, and where its bytes are."""
