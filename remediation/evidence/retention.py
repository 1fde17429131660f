"""Retention of evidence: monthly partitions, of which those that are past their time are dropped from the front."""

from events import partitions

EVIDENCE = partitions.ByMonth(
    "remediation_evidence",
    "recorded_at",
    "KRAFTER_EVIDENCE_KEEP_MONTHS",
    refers_to=("remediation_verification", "accounts_project"),
)


def turn() -> None:
    """Make the months that come, and drop those that are past KRAFTER_EVIDENCE_KEEP_MONTHS."""
    partitions.grow(EVIDENCE)
    partitions.shrink(EVIDENCE)
