"""PostgreSQL's schema of findings: triggers, columns to search, an index over JSON, storage settings."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from events.storage_parameters import lower_autovacuum_scale_factor

# Django's condition for a key of JSON, `evidence ? 'source'`, is not one that the planner matches with the queries.
BY_SOURCE = """
CREATE INDEX finding_source ON findings_finding (project_id, (evidence -> 'source'))
WHERE (evidence -> 'source') IS NOT NULL
"""
# Columns that Django's model does not have, so that no query selects them. Stored, since a search reads them of
# thousands of rows, and normalize() takes 16 microseconds: what `?q=` searches (title, URLs and check keys, with é as
# one code point), and what `?check=` does. An index of only the check keys would return those of all projects.
SEARCHED = """
CREATE FUNCTION checks_in_project(project uuid, keys varchar[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT array_agg(project || ' ' || key) FROM unnest(keys) AS key $$;
ALTER TABLE findings_finding
    ADD COLUMN words text GENERATED ALWAYS AS (normalize(
        title || ' ' || left(jsonb_path_query_array(affected_assets, '$[*].value')::text, 2000)
        || ' ' || coalesce(left((evidence -> 'checks')::text, 500), '')
    )) STORED,
    ADD COLUMN project_checks text[] GENERATED ALWAYS AS (checks_in_project(project_id, check_keys)) STORED;
CREATE INDEX finding_by_words ON findings_finding USING gin (upper(words) gin_trgm_ops);
CREATE INDEX finding_by_check ON findings_finding USING gin (project_checks);
"""
NOT_SEARCHED = """
ALTER TABLE findings_finding DROP COLUMN words, DROP COLUMN project_checks;
DROP FUNCTION checks_in_project;
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        1 AS rows, (score) AS score, created_at AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, (created_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('severity', severity, 'change', 'opened') AS facets,\n        1 AS rows, (score) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="23fca2f80ee734510fb08717d18b4c1677ee7d12",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_1f5de",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="findings_finding",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        -1 AS rows, -(score) AS score, statement_timestamp() AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, (now() AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('severity', severity, 'change', 'deleted') AS facets,\n        -1 AS rows, -(score) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="b9da7551f0edbb5d8be54f22abfe88729868bdf6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_3ee1e",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="findings_finding",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        1 AS rows, (score) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'finding' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('domain', domain, 'severity', severity, 'status', status) AS facets,\n        -1 AS rows, -(score) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'risk' AS name, ((SELECT max(updated_at) FROM new_rows) AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('severity', severity, 'change', change) AS facets,\n        1 AS rows, (score) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM new_rows\n    JOIN (\n        SELECT after.id AS named_id, \n    CASE WHEN before.status IN ('new', 'triaged', 'in_progress', 'ready_verify') AND after.status IN ('new', 'triaged', 'in_progress', 'ready_verify') THEN 'rescored' WHEN after.status IN ('new', 'triaged', 'in_progress', 'ready_verify') THEN 'reopened'\n    WHEN after.status = 'resolved' THEN 'resolved' ELSE 'dismissed' END\n AS change\n        FROM new_rows AS after JOIN old_rows AS before ON before.id = after.id\n    ) AS named ON named_id = new_rows.id\n WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\nUNION ALL\n    SELECT project_id, 'risk' AS name, ((SELECT max(updated_at) FROM new_rows) AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('severity', severity, 'change', change) AS facets,\n        -1 AS rows, -(score) AS score, NULL::timestamptz AS at, NULL::timestamptz AS due_at FROM old_rows\n    JOIN (\n        SELECT after.id AS named_id, \n    CASE WHEN before.status IN ('new', 'triaged', 'in_progress', 'ready_verify') AND after.status IN ('new', 'triaged', 'in_progress', 'ready_verify') THEN 'rescored' WHEN after.status IN ('new', 'triaged', 'in_progress', 'ready_verify') THEN 'reopened'\n    WHEN after.status = 'resolved' THEN 'resolved' ELSE 'dismissed' END\n AS change\n        FROM new_rows AS after JOIN old_rows AS before ON before.id = after.id\n    ) AS named ON named_id = old_rows.id\n WHERE status IN ('new', 'triaged', 'in_progress', 'ready_verify')\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="4788dcb647330cfc161681c2aff9ed2571f78f3f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_49c3c",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="findings_finding",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regression",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score, created_at AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="429ad0e570d0ab3c8fe9bf11e2a5bf7d23569506",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_15826",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="findings_regression",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regression",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score, statement_timestamp() AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="6defa7edefae6484245a40e0e8977be98ceba2a2",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_7ae0a",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="findings_regression",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regression",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        1 AS rows, (0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'regression' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status) AS facets,\n        -1 AS rows, -(0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="90e780dedfae09af7fffbb5553aa11b601be16bc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_6905a",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="findings_regression",
                    when="AFTER",
                ),
            ),
        ),
        TrigramExtension(),
        migrations.RunSQL(SEARCHED, NOT_SEARCHED),
        migrations.RunSQL(BY_SOURCE, "DROP INDEX finding_source"),
        lower_autovacuum_scale_factor("findings_finding"),
    ]
