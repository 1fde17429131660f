from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from assurance.repositories import RepositoryUnavailable
from integrations import connection
from integrations.errors import IntegrationChanged
from integrations.providers.errors import ProviderError, ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.repositories import MergeState, Repository
from integrations.queries import connected_integration
from krafter_audit.http.client import Limits
from krafter_audit.security.vault import VaultError

LIMITS = Limits(connect=5.0, read=15.0, total=20.0, body=16 * 1024 * 1024)
NOT_CONNECTED = "No connected repository has this pull request."


def merge_state(project_id: UUID, url: str) -> MergeState:
    def read(repository: Repository) -> MergeState:
        number = repository.pull_request_number(url)
        if number is None:
            raise RepositoryUnavailable(NOT_CONNECTED, is_final=True)
        return repository.merge_state(number)

    return _read(project_id, url, read)


def contains(project_id: UUID, url: str, deployed: str, commit: str) -> bool:
    return _read(project_id, url, lambda repository: repository.contains(deployed, commit))


def _read[T](project_id: UUID, url: str, read: Callable[[Repository], T]) -> T:
    name = "gitlab" if "/merge_requests/" in urlsplit(url).path else "github"
    integration = connected_integration(project_id, name)
    if integration is None:
        raise RepositoryUnavailable(NOT_CONNECTED, is_final=True)
    try:
        return connection.call_provider(integration, read, limits=LIMITS)
    except ProviderError as error:
        raise RepositoryUnavailable(str(error), is_final=not isinstance(error, ProviderUnavailable)) from None
    except (VaultError, IntegrationChanged):
        raise RepositoryUnavailable(f"Connect {PROVIDER_CLASSES[name].title} again.", is_final=True) from None
