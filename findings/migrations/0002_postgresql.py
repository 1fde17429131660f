"""What only PostgreSQL can say about findings: triggers, an index over JSON, storage settings."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from events.storage import vacuum_often
from findings.queries import WORDS

# Django's condition for a key of JSON, `evidence ? 'source'`, is not one that the planner matches with the queries.
BY_SOURCE = """
CREATE INDEX finding_source ON findings_finding (project_id, (evidence -> 'source'))
WHERE (evidence -> 'source') IS NOT NULL
"""

# For searches; findings/queries.py has the same expression.
BY_WORDS = f"CREATE INDEX finding_by_words ON findings_finding USING gin (({WORDS}))"


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='finding',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        1 AS rows, (score) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, (created_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object() AS facets,\n        0 AS rows, (score) AS score FROM new_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='eff078d7778cc37399300c4006fd144ddd5de957', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_1f5de', referencing='REFERENCING NEW TABLE AS new_rows ', table='findings_finding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='finding',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        -1 AS rows, -(score) AS score FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, (now() AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object() AS facets,\n        -0 AS rows, -(score) AS score FROM old_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='7840beaf65ace5b0fc8d43f38cd03870335b4d52', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_3ee1e', referencing='REFERENCING OLD TABLE AS old_rows ', table='findings_finding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='finding',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        1 AS rows, (score) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        -1 AS rows, -(score) AS score FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, (SELECT (max(updated_at) AT TIME ZONE 'UTC')::date FROM new_rows) AS day, NULL::uuid AS owner_id, jsonb_build_object() AS facets,\n        0 AS rows, (score) AS score FROM new_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\nUNION ALL\n    SELECT project_id, 'risk' AS name, (SELECT (max(updated_at) AT TIME ZONE 'UTC')::date FROM new_rows) AS day, NULL::uuid AS owner_id, jsonb_build_object() AS facets,\n        -0 AS rows, -(score) AS score FROM old_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='9b537b8e7b95a9133c3327c1bc8d3c9229b2bb8b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_49c3c', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='findings_finding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regression',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='2ba487c1b9e71873063e514ab761f124435bfb31', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_15826', referencing='REFERENCING NEW TABLE AS new_rows ', table='findings_regression', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regression',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='7cb1fb62658b2f8aeca1540573ec41ef888436fe', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_7ae0a', referencing='REFERENCING OLD TABLE AS old_rows ', table='findings_regression', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regression',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='e3f99d5fdefe843383ffcb487f31554e653f9d27', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_6905a', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='findings_regression', when='AFTER')),
        ),
        migrations.RunSQL(BY_SOURCE, "DROP INDEX finding_source"),
        migrations.RunSQL(BY_WORDS, "DROP INDEX finding_by_words"),
        vacuum_often("findings_finding"),
    ]
