"""Tasks and verifications are vacuumed after a hundredth has changed."""

from django.db import migrations

from events.storage import vacuum_often


class Migration(migrations.Migration):
    dependencies = [("remediation", "0012_meter_of_checks")]
    operations = [vacuum_often(table) for table in ("remediation_task", "remediation_verification")]
