"""Retention of evidence: monthly partitions, of which expired ones are dropped, oldest first."""

from events.partitions import PartitionedTable

EVIDENCE = PartitionedTable(
    "remediation_evidence",
    "recorded_at",
    "KRAFTER_EVIDENCE_KEEP_MONTHS",
    refers_to=("remediation_verification", "accounts_project"),
)
