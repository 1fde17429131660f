"""The triggers of the counters of reports and shares."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='ec928b751142b78aed679252ab77359170bab527', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_46f31', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='fe43c19915d5c66712e784ee1471bc121581fac2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_2a8eb', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='6f4ff7484828d9b523800b3be387c73d695ec545', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_d8d31', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='0716ecc0c37906d9bf4711a6c50a1aa37779edf1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_baf66', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_share', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='0a380dcfff7a5036399c54721eb0821ac7d451b8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_7cafc', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_share', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        1 AS rows, (0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        -1 AS rows, -(0) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;", hash='c65282903f93c2344fdd98a1f31a62d64e4d7870', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_ac921', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_share', when='AFTER')),
        ),
    ]
