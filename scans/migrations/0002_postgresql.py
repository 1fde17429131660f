"""What only PostgreSQL can say about scans: totals kept by triggers."""

from django.db import migrations

from events.triggers import keep_tally


class Migration(migrations.Migration):
    dependencies = [("scans", "0001_initial"), ("events", "0002_postgresql")]

    operations = [keep_tally("scans_scan", "scan", ["status"])]
