from krafter_audit.api.errors import ApiError, Conflict


class NoReport(Conflict):
    code = "no_report"
    message = "This project has no report yet. Export one, then share it."


class ReportNotReady(Conflict):
    code = "report_not_ready"
    message = "The report is still being exported. Try again in a moment."


class ReportFailed(Conflict):
    code = "report_failed"
    message = "The export of this report failed, so it has no file. Export it again."


class TooManyRecipients(ApiError):
    code, status = "too_many_recipients", 429
    message = "Reports were mailed to too many addresses. Wait for the number of seconds in retry-after."


class ExportFailed(Exception):
    """The file cannot be written, and a retry would fail too. The text is a sentence without secrets, and shown."""
