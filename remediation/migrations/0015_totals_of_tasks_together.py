"""One trigger keeps all totals of tasks; of those that are due it knows the quarter of the day, too."""

from django.db import migrations

from events.kept import Kept
from events.triggers import count_anew, keep_tally, keep_tally_for_each, keep_together, no_longer

NOT_DONE = "status <> 'done' AND sla_due_at IS NOT NULL"
DAY = "(sla_due_at AT TIME ZONE 'UTC')::date"
QUARTER = "(extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)"
TASK, OWNER, DUE = TOTALS = (
    Kept("task", "remediation_task", ("status", "priority")),
    Kept("owner", "remediation_task", ("status", "priority"), of="owner_id", where="owner_id IS NOT NULL"),
    Kept("due", "remediation_task", (("quarter", QUARTER),), day=DAY, where=NOT_DONE),
)
ALONE = (
    keep_tally("remediation_task", "task", ["status", "priority"]),
    keep_tally_for_each("remediation_task", "owner", ["status", "priority"], of=OWNER.of, where=OWNER.where)[0],
    keep_tally_for_each("remediation_task", "due", day=DAY, where=NOT_DONE)[0],
)


class Migration(migrations.Migration):
    dependencies = [("remediation", "0014_overdue_told"), ("events", "0006_vacuumed_often")]
    operations = [
        *(no_longer(step) for step in ALONE),
        keep_together("remediation_task", TOTALS),
        count_anew(DUE),
    ]
