"""The repository of a project, queried by functions that `integrations`, a higher app, registers at start."""

from collections.abc import Callable
from typing import NamedTuple, Protocol
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


class RepositoryReader(NamedTuple):
    """Two functions with the arguments and errors of the functions below."""

    merge_state: Callable[[UUID, str], PullRequestState]
    contains: Callable[[UUID, str, str, str], bool]


_reader: RepositoryReader


def register(reader: RepositoryReader) -> None:
    global _reader
    _reader = reader


def merge_state(project_id: UUID, url: str) -> PullRequestState:
    """Return whether a pull request was merged. Raises RepositoryUnavailable."""
    return _reader.merge_state(project_id, url)


def contains(project_id: UUID, url: str, deployed: str, commit: str) -> bool:
    """Return whether a deployed commit contains another one. Raises RepositoryUnavailable."""
    return _reader.contains(project_id, url, deployed, commit)
