"""What reports refuse, and why an export or a delivery came to nothing."""

from krafter_audit.api.errors import Conflict


class NoReport(Conflict):
    code = "no_report"
    message = "This project has no report yet. Export one, then share it."


class ReportNotReady(Conflict):
    code = "report_not_ready"
    message = "The report is still being exported. Ask again in a moment."


class ReportFailed(Conflict):
    code = "report_failed"
    message = "The export of this report failed, so there is no file. Export it again."


class ExportFailed(Exception):
    """The file cannot be made, and another try would end the same way. The text is a sentence."""


class DeliveryRefused(Exception):
    """The far end will not take the message, now or later. The text is a sentence without secrets."""


class DeliveryPostponed(Exception):
    """The far end could not take the message now. The text is a sentence without secrets."""
