"""Verifications that run get their part, so that a worker goes on with them."""

from django.db import migrations

MAKE = """
    INSERT INTO remediation_verificationpart
        (id, created_at, updated_at, fence, attempts, verification_id, scanner, seen)
    SELECT gen_random_uuid(), created_at, now(), 0, 0, id, 'http', '{}' FROM remediation_verification
    WHERE running AND NOT manual
"""


class Migration(migrations.Migration):
    dependencies = [("remediation", "0006_parts_of_verifications")]
    operations = [migrations.RunSQL(MAKE, migrations.RunSQL.noop)]
