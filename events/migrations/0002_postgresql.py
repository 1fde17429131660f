"""What only PostgreSQL can say about the audit log: monthly partitions, append-only rows, event routing."""

from django.db import migrations

from events.storage import vacuum_often
from events.triggers import APPEND_ONLY, hand_on

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
    organization_id uuid NOT NULL,
    project_id uuid,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE events_event_id_seq OWNED BY events_event.id;
CREATE INDEX event_feed ON events_event (project_id, at DESC, id DESC);
CREATE INDEX event_subject ON events_event (subject_id, id);
CREATE INDEX events_event_organization_id_b68d0961 ON events_event (organization_id);
CREATE TABLE events_event_rest PARTITION OF events_event DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(PARTITION, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        hand_on(
            {
                "tickets": ["verification.checked", "verification.approved", "verification.reopened"],
                "alerts": ["finding.created", "finding.regressed", "verification.reopened", "task.overdue"],
            }
        ),
        vacuum_often("events_tally"),
    ]
