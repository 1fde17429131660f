"""Providers that host code: whether a pull request was merged, and which commits a deploy contains."""

from abc import abstractmethod
from dataclasses import dataclass

from integrations.providers.base import Provider


@dataclass(frozen=True)
class MergeState:
    """The state of a pull request."""

    sha: str = ""  # the commit in the target branch; empty if it was not merged
    is_closed: bool = False


class Repository(Provider):
    """A provider with the one repository of its credentials."""

    @abstractmethod
    def pull_request_number(self, url: str) -> int | None:
        """Return the number of a pull request of this repository; None for any other URL."""

    @abstractmethod
    def merge_state(self, number: int) -> MergeState:
        """Return whether a pull request was merged. Raises ProviderRefused, ProviderUnavailable."""

    @abstractmethod
    def contains(self, deployed: str, commit: str) -> bool:
        """Return whether the deployed commit is `commit` or a descendant."""
