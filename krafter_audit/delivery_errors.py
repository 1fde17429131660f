"""Errors of a message by mail or Slack. The text of each is a sentence without secrets, which is stored and shown."""


class DeliveryRefused(Exception):
    """The message will never be delivered."""


class DeliveryPostponed(Exception):
    """The message cannot be delivered now; `wait` is the server's Retry-After in seconds, 0 without one."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)
