"""What only PostgreSQL can say about reports and shares: totals kept by triggers."""

from django.db import migrations

from events.triggers import keep_tally


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        keep_tally("reports_report", "report", ["format"]),
        keep_tally("reports_share", "share", ["channel"]),
    ]
