"""What only PostgreSQL can say about findings: totals kept by triggers, an index over JSON, frequent vacuuming."""

from django.db import migrations

from events.storage import vacuum_often
from events.triggers import keep_tally, keep_together
from findings.apps import FindingsConfig

FINDING_TOTALS = [total for total in FindingsConfig.tallies if total.table == "findings_finding"]
# Django's condition for a key of JSON, `evidence ? 'source'`, is not one that the planner matches with the queries.
BY_SOURCE = """
CREATE INDEX finding_source ON findings_finding (project_id, (evidence -> 'source'))
WHERE (evidence -> 'source') IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        keep_together("findings_finding", FINDING_TOTALS),
        keep_tally("findings_regression", "regression", ["status"]),
        migrations.RunSQL(BY_SOURCE, "DROP INDEX finding_source"),
        vacuum_often("findings_finding"),
    ]
