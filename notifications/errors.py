from krafter_audit.api.errors import NotFound


class AlertDestinationNotFound(NotFound):
    message = "There is no such destination. The channels are slack and email."


class AlertRefused(Exception):
    """An alert that will never be delivered. The message contains no secret."""


class AlertPostponed(Exception):
    """An alert that cannot be delivered now. `wait` is in seconds; 0 for the usual pause."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)
