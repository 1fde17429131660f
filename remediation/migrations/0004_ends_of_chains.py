"""Each chain of evidence that there is gets the row at its end."""

from django.db import migrations

FILL = """
INSERT INTO remediation_chain (project_id, sequence, hash)
SELECT DISTINCT ON (project_id) project_id, sequence, hash FROM remediation_evidence ORDER BY project_id, sequence DESC
"""


class Migration(migrations.Migration):
    dependencies = [("remediation", "0003_signed_evidence")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
