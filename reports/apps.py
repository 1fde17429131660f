from typing import ClassVar

from django.apps import AppConfig

from events.kept import Kept


class ReportsConfig(AppConfig):
    name = "reports"
    tallies: ClassVar = [
        Kept("report", "reports_report", ("format",)),
        Kept("share", "reports_share", ("channel",)),
    ]
