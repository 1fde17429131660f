from datetime import UTC, datetime


def format_timestamp(moment: datetime) -> str:
    """Format a time as ISO 8601 in UTC with whole seconds: `2026-11-25T09:30:00Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_timestamp(text: str) -> datetime:
    """Parse ISO 8601; without an offset it is UTC. Raises ValueError, TypeError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
