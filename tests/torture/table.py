"""The table of what was tried and what held."""

from collections import Counter

from tests.torture.trials import Trial


def table(trials: list[Trial]) -> str:
    """Return a Markdown table: trials and failures of each part and command."""
    tried: Counter[tuple[str, str]] = Counter()
    for trial in trials:
        tried[trial.part, trial.command] += trial.inputs
    failed = Counter((trial.part, trial.command) for trial in trials if trial.problems)
    lines = ["| part | what | trials | failed |", "|---|---|---|---|"]
    for (part, what), count in tried.items():
        lines.append(f"| {part} | {what} | {count:,} | {failed[part, what]:,} |")
    lines.append(f"| all | | {tried.total():,} | {failed.total():,} |")
    return "\n".join(lines)
