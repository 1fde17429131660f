from typing import ClassVar

from django.apps import AppConfig

from events.counter_definitions import Kept


class ScansConfig(AppConfig):
    name = "scans"
    tallies: ClassVar = [Kept("scan", "scans_scan", ("status",))]
