"""Another look at what a provider told of: its alert, issue or setting is read again, and its answer is the verdict.

It fails closed: a provider that is not connected, refuses, cannot be reached or says what this build does not know has
not seen anything mended.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from findings.models import Finding
from integrations.configuration import configuration
from integrations.credentials import without_secrets
from integrations.models import Integration
from integrations.providers import ADAPTERS
from integrations.providers.base import Provider, Refused, Unavailable
from integrations.providers.replies import Reply
from integrations.renewal import Access
from integrations.running import Lost
from krafter_audit.http.client import Client, Limits, Response
from krafter_audit.http.timestamps import format_timestamp
from krafter_audit.security.vault import VaultError
from scanner.outcome import Outcome, failed, inconclusive, passed

LIMITS = Limits(connect=5.0, read=15.0, total=20.0, body=32 * 1024 * 1024)
PROVIDER_OF = {key: adapter.name for adapter in ADAPTERS.values() for key in adapter.checks}


def ask(finding: Finding, key: str, since: datetime) -> Outcome:
    """Ask the provider that a check belongs to about a finding whose fix was ready at `since`."""
    adapter = ADAPTERS[PROVIDER_OF[key]]
    row = Integration.objects.filter(
        project=finding.project_id, provider=adapter.name, credentials__isnull=False
    ).first()
    if row is None:
        return inconclusive("not_available", f"{adapter.title} is not connected: connect it, then verify.")
    with Client(limits=LIMITS) as client:
        try:
            provider = _ready(row, adapter, client)
        except (Refused, Unavailable) as obstacle:
            return inconclusive(obstacle.reason, str(obstacle))
        except (VaultError, Lost):
            return inconclusive("not_available", f"{adapter.title} is to be connected again.")
        return _answer(provider, finding, key, since)


def _ready(row: Integration, adapter: type[Provider], client: Client) -> Provider:
    access = Access(row, adapter, client)
    opened = access.credentials()
    provider = adapter(client, opened, configuration(row.provider).url)
    provider.renew = access.renewer(opened)
    return provider


def _answer(provider: Provider, finding: Finding, key: str, since: datetime) -> Outcome:
    try:
        outcome = _outcome(provider.ask_again(key, finding.evidence, since))
    except (Refused, Unavailable) as obstacle:
        outcome = inconclusive(obstacle.reason, str(obstacle))
    except Lost:
        outcome = inconclusive("not_available", f"{provider.title} was connected anew meanwhile.")
    asked = {"provider": provider.name, "asked": [_shown(answer) for answer in provider.answers]}
    told = outcome.with_evidence(asked)
    return Outcome(told.status, reason=told.reason, evidence=_clean(told.evidence, provider.secrets))


def _outcome(reply: Reply) -> Outcome:
    if reply.is_mended is None:
        return inconclusive("not_available", reply.says, said=dict(reply.seen))
    return (passed if reply.is_mended else failed)(reply.says, said=dict(reply.seen))


def _shown(answer: Response) -> dict[str, Any]:
    """Return what was asked and answered, as the evidence of a page has it."""
    return {
        "method": answer.method,
        "url": answer.url,
        "address": answer.address,
        "status": answer.status,
        "sha256": answer.sha256,
        "at": format_timestamp(answer.started_at),
        "duration_ms": round(answer.duration_ms, 1),
    }


def _clean(value: Any, secrets: Mapping[str, Any]) -> Any:
    """Take out whatever a provider may have echoed of the credentials."""
    if isinstance(value, str):
        return without_secrets(value, secrets)
    if isinstance(value, Mapping):
        return {key: _clean(inner, secrets) for key, inner in value.items()}
    return [_clean(inner, secrets) for inner in value] if isinstance(value, list) else value
