from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime

from integrations.providers.base import Provider
from integrations.providers.types import DeployBatch, ReportedDeploy


class DeploySource(Provider):
    """A vendor that lists deploys and releases of its repository."""

    @abstractmethod
    def changed_deploys(self, since: datetime) -> Iterator[DeployBatch]:
        """Yield successful deploys that changed since a moment, the oldest change first."""

    @abstractmethod
    def releases(self, since: datetime) -> Sequence[ReportedDeploy]:
        """Return the releases published since a moment, without those marked as unfinished."""
