"""What only PostgreSQL can say about scans: the triggers of the counters."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scans", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='be10ea39d6f96cf6d6a2140313c566bff30de753', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_dcfe2', referencing='REFERENCING NEW TABLE AS new_rows ', table='scans_scan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='692a9c0e6cf9ab6605bc28f9aa48109667aa339f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_af7a2', referencing='REFERENCING OLD TABLE AS old_rows ', table='scans_scan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'scan' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='6031e7d37243bd279938c6449922f2dd523b4049', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_e74c8', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scans_scan', when='AFTER')),
        ),
    ]
