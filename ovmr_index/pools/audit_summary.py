"""An audit in short: how many findings of each kind there are, and the first of them."""

from collections.abc import Iterable
from typing import NamedTuple

from ovmr_index.pools.audit import AuditFinding


class AuditSummary(NamedTuple):
    """How many findings an audit has of each kind, and the first of each, in its order."""

    counts: dict[str, int]
    first: list[AuditFinding]

    def of_kind(self, kind: str) -> list[AuditFinding]:
        """Return the first findings of a kind."""
        return [one for one in self.first if one.kind == kind]


def summarize(findings: Iterable[AuditFinding], most: int) -> AuditSummary:
    """Count findings as they come, and keep at most so many of each kind."""
    counts: dict[str, int] = {}
    first: list[AuditFinding] = []
    for finding in findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        if counts[finding.kind] <= most:
            first.append(finding)
    return AuditSummary(counts, first)
