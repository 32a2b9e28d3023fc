"""The report: what an index holds, as pages that open from disk and can be mailed."""
