"""Findings are vacuumed after a hundredth has changed, so that their indexes answer alone."""

from django.db import migrations

from events.storage import vacuum_often


class Migration(migrations.Migration):
    dependencies = [("findings", "0011_open_regressions_by_time")]
    operations = [vacuum_often(table) for table in ("findings_finding",)]
