"""What only PostgreSQL can say about reports and shares: the triggers of the counters."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='51515e537ada667b6610f3f13d857c27a6dbc748', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_46f31', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='4a1c7b2c8351fdc9f568f5aac3b648e8e3aab0e5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_2a8eb', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'report' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('format', format) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='e071cb3041458716720435ac4bdc95ec833ce122', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_d8d31', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='1a8731592cab0a857678f45086ecbd8041ccbd1c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_insert_baf66', referencing='REFERENCING NEW TABLE AS new_rows ', table='reports_share', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='bce11579b19c69a040b3f9cdbbcd8a1071a72a57', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_delete_7cafc', referencing='REFERENCING OLD TABLE AS old_rows ', table='reports_share', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='share',
            trigger=pgtrigger.compiler.Trigger(name='count_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM (\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        1 AS rows, (0) AS score FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'share' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('channel', channel) AS facets,\n        -1 AS rows, -(0) AS score FROM old_rows WHERE true\n) AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;\n    RETURN NULL;\n", hash='0acd0ce01caef8a39bbc06ebec1fcec10851b019', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_update_ac921', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='reports_share', when='AFTER')),
        ),
    ]
