"""Who does something: a person by a key, a person in the admin, or the system itself."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """The author of a change, as the record keeps it. `user_id` is null for the system."""

    kind: str = "system"
    user_id: UUID | None = None
    request_id: str = ""


SYSTEM = Actor()
