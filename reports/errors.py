from krafter_audit.api.errors import Conflict


class NoReport(Conflict):
    code = "no_report"
    message = "This project has no report yet. Export one, then share it."


class ReportNotReady(Conflict):
    code = "report_not_ready"
    message = "The report is still being exported. Try again in a moment."


class ReportFailed(Conflict):
    code = "report_failed"
    message = "The export of this report failed, so it has no file. Export it again."


# The texts of these three are sentences without secrets: the row stores them, and the API shows them.
class ExportFailed(Exception):
    """The file cannot be written, and a retry would fail too."""


class DeliveryRefused(Exception):
    """The remote server rejects the message permanently."""


class DeliveryPostponed(Exception):
    """The remote server cannot accept the message now; `wait` is its Retry-After in seconds."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)
