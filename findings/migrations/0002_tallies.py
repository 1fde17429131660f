"""Totals of findings, regressions and scans, and the open risk score of each day, kept by triggers."""

from django.db import migrations

from events.triggers import keep_risk, keep_tally


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial"), ("events", "0001_initial")]
    operations = [
        keep_tally("findings_finding", "finding", ["domain", "severity", "status"], score="score"),
        keep_risk("findings_finding", ["new", "triaged", "in_progress", "ready_verify"]),
        keep_tally("findings_regression", "regression", ["status"]),
        keep_tally("findings_scan", "scan", ["status"]),
    ]
