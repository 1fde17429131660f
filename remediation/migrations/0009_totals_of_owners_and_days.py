"""Totals of tasks for each owner, and of those that are not done for each day on which they are due."""

from django.db import migrations

from events.triggers import keep_tally_for_each


class Migration(migrations.Migration):
    dependencies = [("remediation", "0008_parts_hold_the_leases"), ("events", "0003_totals_for_each")]
    operations = [
        *keep_tally_for_each(
            "remediation_task", "owner", ["status", "priority"], of="owner_id", where="owner_id IS NOT NULL"
        ),
        *keep_tally_for_each(
            "remediation_task",
            "due",
            day="(sla_due_at AT TIME ZONE 'UTC')::date",
            where="status <> 'done' AND sla_due_at IS NOT NULL",
        ),
    ]
