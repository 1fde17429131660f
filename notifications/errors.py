from krafter_audit.api.errors import Conflict, NotFound


class AlertDestinationNotFound(NotFound):
    message = "There is no such destination. The channels are slack and email."


class AlertRefused(Exception):
    """An alert that will never be delivered. The message contains no secret."""


class AlertPostponed(Exception):
    """An alert that cannot be delivered now. `wait` is in seconds; 0 for the usual pause."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)


class WebhookLimitReached(Conflict):
    code = "webhook_limit_reached"
    message = "The organisation has as many webhook endpoints as it may have. Delete one first."


class WebhookDisabled(Conflict):
    code = "webhook_disabled"
    message = "The webhook endpoint is disabled, so nothing is sent to it. Enable it first."
