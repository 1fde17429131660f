from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """The author of a change, as the audit log stores it. `user_id` is null for the system."""

    kind: str = "system"
    user_id: UUID | None = None
    request_id: str = ""


SYSTEM = Actor()
