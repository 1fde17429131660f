"""The record is kept by months. What is there stays where it is, as the part of everything until this month's end.

Nothing is copied: the table is renamed and becomes the first part of a new one. Its rows are read once, to see that
they fit. The trigger that refuses changes becomes one for each row, which every part inherits; others of the table move over.
"""

from django.db import migrations

SPLIT = """
DO $$
DECLARE
    ends timestamptz;
    one record;
    triggers text[];
BEGIN
    LOCK TABLE events_event IN ACCESS EXCLUSIVE MODE;
    SELECT date_trunc('month', greatest(max(at), now()), 'UTC') + interval '1 month' INTO ends FROM events_event;
    DROP TRIGGER events_event_append_only ON events_event;
    triggers := ARRAY(SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'events_event'::regclass AND NOT tgisinternal);
    FOR one IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'events_event'::regclass AND NOT tgisinternal LOOP
        EXECUTE format('DROP TRIGGER %I ON events_event', one.tgname);
    END LOOP;
    ALTER TABLE events_event RENAME TO events_event_before;
    ALTER TABLE events_event_before ALTER COLUMN id DROP IDENTITY;
    CREATE SEQUENCE events_event_id_seq;
    PERFORM setval('events_event_id_seq', coalesce(max(id), 0) + 1, false) FROM events_event_before;
    ALTER TABLE events_event_before ALTER COLUMN id SET DEFAULT nextval('events_event_id_seq');
    ALTER TABLE events_event_before DROP CONSTRAINT events_event_pkey;
    CREATE TABLE events_event (LIKE events_event_before INCLUDING DEFAULTS) PARTITION BY RANGE (at);
    ALTER SEQUENCE events_event_id_seq OWNED BY events_event.id;
    FOR one IN SELECT indexname, indexdef FROM pg_indexes
        WHERE tablename = 'events_event_before' AND schemaname = current_schema() LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', one.indexname, left(one.indexname, 56) || '_before');
        EXECUTE replace(one.indexdef, 'events_event_before', 'events_event');
    END LOOP;
    ALTER TABLE events_event ADD CONSTRAINT events_event_pkey PRIMARY KEY (id, at);
    EXECUTE format('ALTER TABLE events_event ATTACH PARTITION events_event_before FOR VALUES FROM (MINVALUE) TO (%L)', ends);
    CREATE TABLE events_event_rest PARTITION OF events_event DEFAULT;
    FOR place IN 1 .. coalesce(array_length(triggers, 1), 0) LOOP
        EXECUTE triggers[place];
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the record is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_event_append_only BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_unread")]
    operations = [migrations.RunSQL(SPLIT, migrations.RunSQL.noop)]
