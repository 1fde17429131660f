from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from accounts.models import Project
from findings import policy_rules
from krafter_audit.http.client import Client
from scans.site_credentials.services import credentials_for
from scans.sites.ownership import VerifiedHosts, verified_hosts
from scans.worker import host_throttle


@contextmanager
def site_client(
    project: Project, urls: Iterable[str], config: policy_rules.Config
) -> Iterator[tuple[Client, VerifiedHosts]]:
    """Yield a client for a project's site, with its credentials and request rate, and the verified hosts of the URLs.

    Call it outside of a transaction: it verifies expired hosts again.
    """
    credentials = credentials_for(project)
    with host_throttle.client(credentials=credentials) as client:
        verified = verified_hosts(project, urls, client)
    # A second client: the rate for verified hosts is known only after they were verified, which sends requests.
    max_rate = policy_rules.max_requests_per_second(config)
    with host_throttle.client(verified, max_rate=max_rate, credentials=credentials) as client:
        yield client, verified
