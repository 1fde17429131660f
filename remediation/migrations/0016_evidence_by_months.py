"""Evidence is kept by months. What is there stays where it is, as the part of everything until this month's end.

Nothing is copied and no index is made: the table is renamed and becomes the first part of a new one. Its rows are read
once, to see that they fit. A link and a key of a verification are unique by an index in each part and, over all parts,
by a trigger: it moves the end of the chain on, which waits for whoever does so already, and refuses what does not follow.
"""

from django.db import migrations, models

SPLIT = """
DO $$
DECLARE
    ends timestamptz;
    one record;
BEGIN
    LOCK TABLE remediation_evidence IN ACCESS EXCLUSIVE MODE;
    SELECT date_trunc('month', greatest(max(recorded_at), now()), 'UTC') + interval '1 month' INTO ends FROM remediation_evidence;
    DROP TRIGGER remediation_evidence_append_only ON remediation_evidence;
    ALTER TABLE remediation_evidence RENAME TO remediation_evidence_before;
    ALTER TABLE remediation_evidence_before ALTER COLUMN id DROP IDENTITY;
    CREATE SEQUENCE remediation_evidence_id_seq;
    PERFORM setval('remediation_evidence_id_seq', coalesce(max(id), 0) + 1, false) FROM remediation_evidence_before;
    ALTER TABLE remediation_evidence_before ALTER COLUMN id SET DEFAULT nextval('remediation_evidence_id_seq');
    CREATE TABLE remediation_evidence (LIKE remediation_evidence_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
        PARTITION BY RANGE (recorded_at);
    ALTER SEQUENCE remediation_evidence_id_seq OWNED BY remediation_evidence.id;
    CREATE TABLE remediation_evidence_rest (LIKE remediation_evidence_before INCLUDING ALL);
    FOR one IN SELECT conname AS name, pg_get_constraintdef(oid) AS said FROM pg_constraint
        WHERE conrelid = 'remediation_evidence_before'::regclass AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE remediation_evidence ADD CONSTRAINT %I %s', one.name, one.said);
    END LOOP;
    EXECUTE format('ALTER TABLE remediation_evidence ATTACH PARTITION remediation_evidence_before FOR VALUES FROM (MINVALUE) TO (%L)', ends);
    ALTER TABLE remediation_evidence ATTACH PARTITION remediation_evidence_rest DEFAULT;
END $$;
"""
# Clocks of two machines may have differed by less than a day before there was this trigger. Within one month, the
# index of its part is enough.
FOLLOW = """
CREATE FUNCTION follow_the_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made timestamptz;
BEGIN
    UPDATE remediation_chain AS chain SET sequence = NEW.sequence, hash = NEW.hash, recorded_at = NEW.recorded_at
    FROM remediation_verification AS verification
    WHERE chain.project_id = NEW.project_id AND chain.sequence = NEW.sequence - 1 AND chain.hash = NEW.previous_hash
        AND verification.id = NEW.verification_id AND verification.project_id = NEW.project_id
        AND NEW.recorded_at >= greatest(chain.recorded_at, verification.created_at)
    RETURNING verification.created_at INTO made;
    IF NOT FOUND THEN
        RAISE unique_violation USING CONSTRAINT = 'one_link_a_place',
            MESSAGE = format('link %s does not follow on the end of the chain of project %s', NEW.sequence, NEW.project_id),
            HINT = 'It has the next place, the hash of the link before, a verification of the project, and no earlier time.';
    END IF;
    IF date_trunc('month', made, 'UTC') < date_trunc('month', NEW.recorded_at, 'UTC') AND EXISTS (
        SELECT FROM remediation_evidence WHERE verification_id = NEW.verification_id AND key = NEW.key
            AND recorded_at >= made - interval '1 day'
    ) THEN
        RAISE unique_violation USING CONSTRAINT = 'one_evidence_a_check',
            MESSAGE = format('verification %s has evidence of %s already', NEW.verification_id, NEW.key);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER remediation_evidence_follows BEFORE INSERT ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION follow_the_chain();
CREATE TRIGGER remediation_evidence_append_only BEFORE UPDATE OR DELETE ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_evidence();
"""
JOIN = """
DO $$
DECLARE
    one record;
BEGIN
    LOCK TABLE remediation_evidence IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE remediation_evidence RENAME TO remediation_evidence_parts;
    CREATE TABLE remediation_evidence (LIKE remediation_evidence_parts INCLUDING CONSTRAINTS);
    INSERT INTO remediation_evidence SELECT * FROM remediation_evidence_parts;
    ALTER TABLE remediation_evidence ADD PRIMARY KEY (id);
    FOR one IN SELECT conname AS name, pg_get_constraintdef(oid) AS said FROM pg_constraint
        WHERE conrelid = 'remediation_evidence_parts'::regclass AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE remediation_evidence ADD CONSTRAINT %I %s', one.name, one.said);
    END LOOP;
    DROP TABLE remediation_evidence_parts;
    ALTER TABLE remediation_evidence ADD CONSTRAINT one_link_a_place UNIQUE (project_id, sequence);
    ALTER TABLE remediation_evidence ADD CONSTRAINT one_evidence_a_check UNIQUE (verification_id, key);
    ALTER TABLE remediation_evidence ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
    PERFORM setval(pg_get_serial_sequence('remediation_evidence', 'id'), coalesce(max(id), 0) + 1, false)
        FROM remediation_evidence;
END $$;
CREATE TRIGGER remediation_evidence_append_only BEFORE UPDATE OR DELETE ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_evidence();
DROP FUNCTION follow_the_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("remediation", "0015_totals_of_tasks_together")]
    operations = [
        migrations.AddField("chain", "recorded_at", models.DateTimeField(null=True)),
        migrations.RunSQL(SPLIT + FOLLOW, JOIN),
    ]
