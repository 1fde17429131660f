"""The totals are vacuumed after a hundredth has changed."""

from django.db import migrations

from events.storage import vacuum_often


class Migration(migrations.Migration):
    dependencies = [("events", "0005_record_by_months")]
    operations = [vacuum_often(table) for table in ("events_tally",)]
