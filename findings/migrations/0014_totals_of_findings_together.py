"""One trigger keeps all totals of findings."""

from django.db import migrations

from events.kept import Kept
from events.triggers import keep_risk, keep_tally, keep_together, no_longer

OPEN = ["new", "triaged", "in_progress", "ready_verify"]
TOTALS = (
    Kept("finding", "findings_finding", ("domain", "severity", "status"), score="score"),
    Kept(
        "risk",
        "findings_finding",
        score="score",
        where="status IN ('new', 'triaged', 'in_progress', 'ready_verify')",
        by_day=True,
    ),
)
ALONE = (
    keep_tally("findings_finding", "finding", ["domain", "severity", "status"], score="score"),
    keep_risk("findings_finding", OPEN),
)


class Migration(migrations.Migration):
    dependencies = [("findings", "0013_findings_by_their_source"), ("events", "0006_vacuumed_often")]
    operations = [*(no_longer(step) for step in ALONE), keep_together("findings_finding", TOTALS)]
