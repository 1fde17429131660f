from django.db import migrations

# Findings of a provider are found by its id, whatever their number among a million others. Written in SQL since
# Django's condition for a member of JSON, `evidence ? 'source'`, is not one that PostgreSQL sees in the queries.
CREATE = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS finding_source ON findings_finding (project_id, (evidence -> 'source'))
WHERE (evidence -> 'source') IS NOT NULL
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("findings", "0012_vacuumed_often")]
    operations = [migrations.RunSQL(CREATE, "DROP INDEX CONCURRENTLY IF EXISTS finding_source")]
