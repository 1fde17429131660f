from typing import ClassVar

from django.apps import AppConfig

from events.counter_definitions import Kept


class ReportsConfig(AppConfig):
    name = "reports"
    tallies: ClassVar = [
        Kept("report", "reports_report", ("format",)),
        Kept("share", "reports_share", ("channel",)),
    ]
