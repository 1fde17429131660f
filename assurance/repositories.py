"""The repository of a project, queried by the `reader` that `integrations`, a higher app, sets at start."""

from typing import Protocol
from uuid import UUID


class RepositoryUnavailable(Exception):
    """The repository cannot be queried now; `is_final` if a person must change something first."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class PullRequestState(Protocol):
    """The state of a pull request; `sha` is empty if it was not merged."""

    @property
    def sha(self) -> str: ...

    @property
    def is_closed(self) -> bool: ...


class RepositoryReader(Protocol):
    def merge_state(self, project_id: UUID, url: str) -> PullRequestState:
        """Return whether a pull request was merged. Raises RepositoryUnavailable."""

    def contains(self, project_id: UUID, url: str, deployed: str, commit: str) -> bool:
        """Return whether a deployed commit contains another one. Raises RepositoryUnavailable."""


reader: RepositoryReader
