"""What only PostgreSQL can say about remediation: totals, monthly partitions of evidence, and an unbroken chain."""

from django.db import migrations

from events.storage import leave_room, vacuum_often
from events.triggers import keep_tally, keep_together
from remediation.apps import RemediationConfig

TASK_TOTALS = [total for total in RemediationConfig.tallies if total.table == "remediation_task"]

# Django's migrations cannot create a partitioned table, so the (empty) one of 0001 is replaced. What is unique within a
# month is unique by an index of its partition; over all months the trigger below ensures it.
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
CREATE TABLE remediation_evidence_rest (
    LIKE remediation_evidence INCLUDING ALL,
    PRIMARY KEY (id),
    UNIQUE (project_id, sequence),
    UNIQUE (verification_id, key)
);
ALTER TABLE remediation_evidence ATTACH PARTITION remediation_evidence_rest DEFAULT;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_changed_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'evidence is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER remediation_evidence_append_only BEFORE UPDATE OR DELETE ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_evidence();
"""

# Clocks of two machines may differ by less than a day. Within one month, the index of its partition is enough.
FOLLOW = """
CREATE FUNCTION follow_the_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made timestamptz;
BEGIN
    UPDATE remediation_evidencechain AS chain SET sequence = NEW.sequence, hash = NEW.hash, recorded_at = NEW.recorded_at
    FROM remediation_verification AS verification
    WHERE chain.project_id = NEW.project_id AND chain.sequence = NEW.sequence - 1 AND chain.hash = NEW.previous_hash
        AND verification.id = NEW.verification_id AND verification.project_id = NEW.project_id
        AND NEW.recorded_at >= greatest(chain.recorded_at, verification.created_at)
    RETURNING verification.created_at INTO made;
    IF NOT FOUND THEN
        RAISE unique_violation USING CONSTRAINT = 'unique_evidence_sequence',
            MESSAGE = format('link %s does not follow on the end of the chain of project %s', NEW.sequence, NEW.project_id),
            HINT = 'It has the next place, the hash of the link before, a verification of the project, and no earlier time.';
    END IF;
    IF date_trunc('month', made, 'UTC') < date_trunc('month', NEW.recorded_at, 'UTC') AND EXISTS (
        SELECT FROM remediation_evidence WHERE verification_id = NEW.verification_id AND key = NEW.key
            AND recorded_at >= made - interval '1 day'
    ) THEN
        RAISE unique_violation USING CONSTRAINT = 'unique_evidence_verification_key',
            MESSAGE = format('verification %s has evidence of %s already', NEW.verification_id, NEW.key);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER remediation_evidence_follows BEFORE INSERT ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION follow_the_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("remediation", "0001_initial"), ("events", "0002_postgresql")]

    operations = [
        keep_together("remediation_task", TASK_TOTALS),
        keep_tally("remediation_verification", "verification", ["result"]),
        migrations.RunSQL(PARTITION + APPEND_ONLY + FOLLOW, migrations.RunSQL.noop),
        vacuum_often("remediation_task"),
        vacuum_often("remediation_verification"),
        leave_room("remediation_verification", 15),
    ]
