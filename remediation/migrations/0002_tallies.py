"""Totals of tasks and verifications, kept by triggers."""

from django.db import migrations

from events.triggers import keep_tally


class Migration(migrations.Migration):
    dependencies = [("remediation", "0001_initial"), ("events", "0001_initial")]
    operations = [
        keep_tally("remediation_task", "task", ["status", "priority"]),
        keep_tally("remediation_verification", "verification", ["result"]),
    ]
