"""PostgreSQL's schema of remediation: monthly partitions, triggers, storage settings."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from events.storage_parameters import lower_autovacuum_scale_factor, set_fillfactor

# Django's migrations cannot create a partitioned table, so the (empty) one of 0001 is replaced. What is unique within a
# month is unique by an index of its partition; over all months the trigger `continue_chain` ensures it.
PARTITION = """
DROP TABLE remediation_evidence;
CREATE SEQUENCE remediation_evidence_id_seq;
CREATE TABLE remediation_evidence (
    id bigint NOT NULL DEFAULT nextval('remediation_evidence_id_seq'),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    kind varchar(7) NOT NULL,
    key varchar(100) NOT NULL,
    body text NOT NULL,
    previous_hash varchar(64) NOT NULL,
    hash varchar(64) NOT NULL,
    format smallint NOT NULL CHECK (format >= 0),
    key_id varchar(32) NOT NULL,
    signature varchar(88) NOT NULL,
    recorded_at timestamptz NOT NULL,
    project_id uuid NOT NULL REFERENCES accounts_project DEFERRABLE INITIALLY DEFERRED,
    verification_id uuid NOT NULL REFERENCES remediation_verification DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT evidence_kind_valid CHECK (kind IN ('check', 'verdict'))
) PARTITION BY RANGE (recorded_at);
ALTER SEQUENCE remediation_evidence_id_seq OWNED BY remediation_evidence.id;
CREATE TABLE remediation_evidence_default (
    LIKE remediation_evidence INCLUDING ALL,
    PRIMARY KEY (id),
    UNIQUE (project_id, sequence),
    UNIQUE (verification_id, key)
);
ALTER TABLE remediation_evidence ATTACH PARTITION remediation_evidence_default DEFAULT;
"""
# A task is also found by the words of its finding, which are copied into a column that Django's model does not have:
# one index over both finds the rows at any size of the tables, which an OR over a join cannot. `words` is what `?q=`
# searches; stored as those of findings are.
FINDING_WORDS = """
ALTER TABLE remediation_task ADD COLUMN finding_words text NOT NULL DEFAULT '';
ALTER TABLE remediation_task ADD COLUMN words text GENERATED ALWAYS AS (normalize(
    title || ' ' || coalesce(external_ticket_key, '') || ' ' || coalesce(pr_url, '') || ' ' || finding_words
)) STORED;
CREATE FUNCTION set_finding_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.finding_words := coalesce((SELECT words FROM findings_finding WHERE id = NEW.finding_id), '');
    RETURN NEW;
END $$;
CREATE TRIGGER set_finding_words BEFORE INSERT OR UPDATE OF finding_words ON remediation_task
FOR EACH ROW EXECUTE FUNCTION set_finding_words();
CREATE FUNCTION update_finding_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE remediation_task SET finding_words = DEFAULT WHERE finding_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER update_finding_words AFTER UPDATE OF title, affected_assets, evidence ON findings_finding
FOR EACH ROW WHEN (OLD.words IS DISTINCT FROM NEW.words) EXECUTE FUNCTION update_finding_words();
"""
NO_FINDING_WORDS = """
DROP TRIGGER update_finding_words ON findings_finding;
DROP TRIGGER set_finding_words ON remediation_task;
DROP FUNCTION update_finding_words, set_finding_words;
ALTER TABLE remediation_task DROP COLUMN words, DROP COLUMN finding_words;
"""
BY_WORDS = "CREATE INDEX task_by_words ON remediation_task USING gin (upper(words) gin_trgm_ops)"


class Migration(migrations.Migration):
    dependencies = [
        ("remediation", "0001_initial"),
        ("events", "0002_postgresql"),
        ("findings", "0002_postgresql"),
    ]

    operations = [
        migrations.RunSQL(PARTITION, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="evidence",
            trigger=pgtrigger.compiler.Trigger(
                name="continue_chain",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE verification_created_at timestamptz;",
                    func="\n        UPDATE remediation_evidencechain AS chain\n        SET sequence = NEW.sequence, hash = NEW.hash, recorded_at = NEW.recorded_at\n        FROM remediation_verification AS verification\n        WHERE chain.project_id = NEW.project_id\n            AND chain.sequence = NEW.sequence - 1 AND chain.hash = NEW.previous_hash\n            AND verification.id = NEW.verification_id AND verification.project_id = NEW.project_id\n            AND NEW.recorded_at >= greatest(chain.recorded_at, verification.created_at)\n        RETURNING verification.created_at INTO verification_created_at;\n        IF NOT FOUND THEN\n            RAISE unique_violation USING CONSTRAINT = 'unique_evidence_sequence',\n                MESSAGE = format(\n                    'link %s does not follow on the end of the chain of project %s', NEW.sequence, NEW.project_id\n                ),\n                HINT = 'Its sequence and previous_hash follow the last link, its verification is one of the project, '\n                    'and its time is not earlier.';\n        END IF;\n        IF date_trunc('month', verification_created_at, 'UTC') < date_trunc('month', NEW.recorded_at, 'UTC') THEN\n            PERFORM FROM remediation_evidence WHERE verification_id = NEW.verification_id AND key = NEW.key\n                AND recorded_at >= verification_created_at - interval '1 day';\n            IF FOUND THEN\n                RAISE unique_violation USING CONSTRAINT = 'unique_evidence_verification_key',\n                    MESSAGE = format('verification %s has evidence of %s already', NEW.verification_id, NEW.key);\n            END IF;\n        END IF;\n        RETURN NEW;\n    ",
                    hash="44027b149bb1e5b721234cfedfdf031a1d3d09e4",
                    operation="INSERT",
                    pgid="pgtrigger_continue_chain_f4035",
                    table="remediation_evidence",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidence",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN\n            RETURN OLD;\n        END IF;\n        RAISE EXCEPTION '% is append-only: % is rejected', TG_TABLE_NAME, TG_OP;\n    ",
                    hash="6e79c124d52342f7e8eaec2e12e75a37ccfd1ba5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_32004",
                    table="remediation_evidence",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'task' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        1 AS rows, (0) AS score, created_at AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'owner' AS name, NULL::date AS day, owner_id AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        1 AS rows, (0) AS score, created_at AS at, NULL::timestamptz AS due_at FROM new_rows WHERE owner_id IS NOT NULL\nUNION ALL\n    SELECT project_id, 'due' AS name, (sla_due_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('quarter', (extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)) AS facets,\n        1 AS rows, (0) AS score, created_at AS at, sla_due_at AS due_at FROM new_rows WHERE status <> 'done' AND sla_due_at IS NOT NULL\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="7abd0c8f2889510fd2201995d1ed31e854f7542e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_fc8da",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="remediation_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'task' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        -1 AS rows, -(0) AS score, statement_timestamp() AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'owner' AS name, NULL::date AS day, owner_id AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        -1 AS rows, -(0) AS score, statement_timestamp() AS at, NULL::timestamptz AS due_at FROM old_rows WHERE owner_id IS NOT NULL\nUNION ALL\n    SELECT project_id, 'due' AS name, (sla_due_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('quarter', (extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)) AS facets,\n        -1 AS rows, -(0) AS score, statement_timestamp() AS at, sla_due_at AS due_at FROM old_rows WHERE status <> 'done' AND sla_due_at IS NOT NULL\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="0fc9f0d8bb3660d90b7cb12b25773f03dceeefc9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_bc8f7",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="remediation_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'task' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        1 AS rows, (0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM new_rows WHERE true\nUNION ALL\n    SELECT project_id, 'task' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        -1 AS rows, -(0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM old_rows WHERE true\nUNION ALL\n    SELECT project_id, 'owner' AS name, NULL::date AS day, owner_id AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        1 AS rows, (0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM new_rows WHERE owner_id IS NOT NULL\nUNION ALL\n    SELECT project_id, 'owner' AS name, NULL::date AS day, owner_id AS owner_id, jsonb_build_object('status', status, 'priority', priority) AS facets,\n        -1 AS rows, -(0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM old_rows WHERE owner_id IS NOT NULL\nUNION ALL\n    SELECT project_id, 'due' AS name, (sla_due_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('quarter', (extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)) AS facets,\n        1 AS rows, (0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, sla_due_at AS due_at FROM new_rows WHERE status <> 'done' AND sla_due_at IS NOT NULL\nUNION ALL\n    SELECT project_id, 'due' AS name, (sla_due_at AT TIME ZONE 'UTC')::date AS day, NULL::uuid AS owner_id, jsonb_build_object('quarter', (extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)) AS facets,\n        -1 AS rows, -(0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, sla_due_at AS due_at FROM old_rows WHERE status <> 'done' AND sla_due_at IS NOT NULL\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="b7df1f49d30709b87d779ef7444dd1b620127809",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_2ce81",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="remediation_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verification",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'verification' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('result', result, 'state', state, 'blocked_by', blocked_by) AS facets,\n        1 AS rows, (0) AS score, created_at AS at, NULL::timestamptz AS due_at FROM new_rows WHERE trigger <> 'guard'\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="f5aa25b32649c9cb279c9eb95448a6154a6460e4",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_8d62d",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="remediation_verification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verification",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'verification' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('result', result, 'state', state, 'blocked_by', blocked_by) AS facets,\n        -1 AS rows, -(0) AS score, statement_timestamp() AS at, NULL::timestamptz AS due_at FROM old_rows WHERE trigger <> 'guard'\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="62db75fc3619c2d37bc1a3f6a8b33c65deef8dd3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_44982",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="remediation_verification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verification",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    WITH changes AS MATERIALIZED (\n    SELECT project_id, 'verification' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('result', result, 'state', state, 'blocked_by', blocked_by) AS facets,\n        1 AS rows, (0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM new_rows WHERE trigger <> 'guard'\nUNION ALL\n    SELECT project_id, 'verification' AS name, NULL::date AS day, NULL::uuid AS owner_id, jsonb_build_object('result', result, 'state', state, 'blocked_by', blocked_by) AS facets,\n        -1 AS rows, -(0) AS score, (SELECT max(updated_at) FROM new_rows) AS at, NULL::timestamptz AS due_at FROM old_rows WHERE trigger <> 'guard'\n), counted AS (\n    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)\n    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM changes AS changes\n    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n)\n    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)\n    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL\n    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0\n; RETURN NULL;",
                    hash="462cd042cf0bf529144cbbbaba6318bfec6debe8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_ec5c7",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="remediation_verification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencechain",
            trigger=pgtrigger.compiler.Trigger(
                name="follow_links",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF pg_trigger_depth() < 2 THEN\n            RAISE EXCEPTION 'the end of a chain changes by appending a link only';\n        END IF;\n        RETURN NEW;\n    ",
                    hash="2b0225392594dfd085b2db14bb9ec6af1f176f95",
                    operation="UPDATE",
                    pgid="pgtrigger_follow_links_8dacc",
                    table="remediation_evidencechain",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FINDING_WORDS, NO_FINDING_WORDS),
        migrations.RunSQL(BY_WORDS, "DROP INDEX task_by_words"),
        lower_autovacuum_scale_factor("remediation_task"),
        lower_autovacuum_scale_factor("remediation_verification"),
        set_fillfactor("remediation_verification", 85),
    ]
