"""What only PostgreSQL can say about scans: the triggers of the counters."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scans", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='b455c272a440c405a9c32b6ce5c6ab265f674875', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_dcfe2', referencing='REFERENCING NEW TABLE AS new_rows ', table='scans_scan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='75b67416f45a6e9f67f838b974125d767bf7ce9e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_af7a2', referencing='REFERENCING OLD TABLE AS old_rows ', table='scans_scan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='07f04e85a86cf637196c8f1123c17bbe1d52a52c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_e74c8', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scans_scan', when='AFTER')),
        ),
    ]
