"""PostgreSQL's monthly partitions and append-only rows of the audit log and the history of counters."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from events.storage_parameters import lower_autovacuum_scale_factor

# Django's migrations cannot create a partitioned table, so the (empty) one of 0001 is replaced. An identity column of a
# partitioned table needs PostgreSQL 17; a sequence works in all supported releases.
PARTITION = """
DROP TABLE events_event;
CREATE SEQUENCE events_event_id_seq;
CREATE TABLE events_event (
    id bigint NOT NULL DEFAULT nextval('events_event_id_seq'),
    name varchar(60) NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    actor varchar(20) NOT NULL,
    request_id varchar(200) NOT NULL,
    data jsonb NOT NULL,
    at timestamptz NOT NULL,
    organization_id uuid,
    project_id uuid,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE events_event_id_seq OWNED BY events_event.id;
CREATE INDEX event_feed ON events_event (project_id, at DESC, id DESC);
CREATE INDEX event_feed_of_type ON events_event (project_id, name, at DESC, id DESC);
CREATE INDEX event_feed_of_organization ON events_event (organization_id, at DESC, id DESC) WHERE project_id IS NULL;
CREATE INDEX event_subject ON events_event (subject_id, id);
CREATE INDEX events_event_organization_id_b68d0961 ON events_event (organization_id);
CREATE TABLE events_event_default PARTITION OF events_event DEFAULT;
"""
PARTITION_CHANGES = """
DROP TABLE events_counterchange;
CREATE SEQUENCE events_counterchange_id_seq;
CREATE TABLE events_counterchange (
    id bigint NOT NULL DEFAULT nextval('events_counterchange_id_seq'),
    name varchar(20) NOT NULL,
    at timestamptz NOT NULL,
    owner_id uuid,
    due_at timestamptz,
    facets jsonb NOT NULL,
    rows bigint NOT NULL,
    score bigint NOT NULL,
    project_id uuid NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE events_counterchange_id_seq OWNED BY events_counterchange.id;
CREATE INDEX counterchange_by_time ON events_counterchange (project_id, at);
CREATE INDEX counterchange_by_due_date ON events_counterchange (project_id, due_at) WHERE due_at IS NOT NULL;
CREATE TABLE events_counterchange_default PARTITION OF events_counterchange DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(PARTITION, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN\n            RETURN OLD;\n        END IF;\n        RAISE EXCEPTION '% is append-only: % is rejected', TG_TABLE_NAME, TG_OP;\n    ",
                    hash="99b7382e7f91a7948462219915d3b8800cb50dc2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_affb7",
                    table="events_event",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(PARTITION_CHANGES, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="counterchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN\n            RETURN OLD;\n        END IF;\n        RAISE EXCEPTION '% is append-only: % is rejected', TG_TABLE_NAME, TG_OP;\n    ",
                    hash="66fdfdd475a1b2e580451bcc7a1ab16c23e2cfd3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a65ce",
                    table="events_counterchange",
                    when="BEFORE",
                ),
            ),
        ),
        lower_autovacuum_scale_factor("events_counter"),
    ]
