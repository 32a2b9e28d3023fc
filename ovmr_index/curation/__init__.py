"""Which exemplars people leave out, and which they put first: marks that outlive a re-ingest."""
