"""Text that can be stored: PostgreSQL does not accept NUL characters."""

from typing import Any

NUL = b"\\u0000"  # as JSON writes it


def without_nul(value: Any) -> Any:
    """Remove NUL characters from a JSON value, at any depth."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    return [without_nul(inner) for inner in value] if isinstance(value, list) else value
