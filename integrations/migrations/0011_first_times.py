"""What is connected already gets its first time within the next quarter of an hour."""

from django.db import migrations

FIRST = """
UPDATE integrations_integration SET next_sync_at = now() + random() * interval '15 minutes'
WHERE status <> 'disconnected' AND next_sync_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0010_timetable")]
    operations = [migrations.RunSQL(FIRST, migrations.RunSQL.noop)]
