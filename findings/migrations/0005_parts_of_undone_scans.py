"""Scans that wait or run get their part, so that a worker goes on with them."""

from django.db import migrations

MAKE = """
    INSERT INTO findings_scanpart (id, created_at, updated_at, fence, attempts, scan_id, scanner, page_delay)
    SELECT gen_random_uuid(), now(), now(), 0, 0, id, 'http', 0 FROM findings_scan
    WHERE status IN ('queued', 'running')
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0004_scan_parts_pages_results")]
    operations = [migrations.RunSQL(MAKE, migrations.RunSQL.noop)]
