"""Providers that host code: the deploys and releases of a repository, its pull requests and commits."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from integrations.providers.base import Provider
from integrations.providers.types import DeployBatch, ReportedDeploy


@dataclass(frozen=True)
class MergeState:
    sha: str = ""  # the commit in the target branch; empty if it was not merged
    is_closed: bool = False


class Repository(Provider):
    """A provider with the one repository of its credentials."""

    repository_credential: ClassVar[str]  # the name of the credential that names it
    _repository_id = ""

    @property
    def repository_id(self) -> str:
        """The number of the repository, which stays when it is renamed or transferred."""
        if not self._repository_id:
            self.read_repository()
        return self._repository_id

    def read_repository(self) -> Mapping[str, Any]:
        """Request the repository; its number is known then."""
        response = self.request("GET", self.repository_path())
        self._repository_id, repository = self.parse(response, lambda body: (str(int(body["id"])), body))
        return repository

    @abstractmethod
    def repository_path(self, rest: str = "") -> str: ...
    @abstractmethod
    def changed_deploys(self, since: datetime) -> Iterator[DeployBatch]:
        """Yield successful deploys that changed since a moment, the oldest change first."""

    @abstractmethod
    def releases(self, since: datetime) -> Sequence[ReportedDeploy]:
        """Return the releases published since a moment, without those marked as unfinished."""

    @abstractmethod
    def pull_request_number(self, url: str) -> int | None:
        """Return the number of a pull request of this repository; None for any other URL."""

    @abstractmethod
    def merge_state(self, number: int) -> MergeState:
        """Return whether a pull request was merged. Raises ProviderRefused, ProviderUnavailable."""

    @abstractmethod
    def contains(self, deployed: str, commit: str) -> bool:
        """Return whether the deployed commit is `commit` or a descendant."""
