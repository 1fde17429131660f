"""How a time is written wherever one is shown, sent or kept as text."""

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """Write a time in ISO 8601: UTC, whole seconds, Z."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
