"""Operations on findings: ingestion, triage, status changes that follow remediation, and traffic weights."""
