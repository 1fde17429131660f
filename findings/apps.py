from typing import ClassVar

from django.apps import AppConfig

from events.counter_definitions import Kept

STILL_OPEN = "status IN ('new', 'triaged', 'in_progress', 'ready_verify')"


class FindingsConfig(AppConfig):
    name = "findings"
    tallies: ClassVar = [
        Kept("finding", "findings_finding", ("domain", "severity", "status"), score="score"),
        Kept("risk", "findings_finding", score="score", where=STILL_OPEN, by_day=True),
        Kept("regression", "findings_regression", ("status",)),
    ]
