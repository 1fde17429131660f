from collections.abc import Mapping
from datetime import datetime
from typing import Any

from findings.models import Finding
from findings.services.evidence_limits import truncate
from findings.services.identity import provider_key
from integrations.credentials import redact
from integrations.errors import IntegrationChanged
from integrations.oauth.token_refresh import TokenManager
from integrations.provider_settings import provider_settings
from integrations.providers.base import ResponseRecord
from integrations.providers.errors import ProviderError, TokenRejected
from integrations.providers.findings import FindingSource, RecheckResult
from integrations.providers.registry import FINDING_SOURCES
from integrations.queries import connected_integration
from krafter_audit.http.client import Client, Limits
from krafter_audit.http.timestamps import format_timestamp
from krafter_audit.security.vault import VaultError
from scanner.outcome import Outcome, failed, inconclusive, passed

LIMITS = Limits(connect=5.0, read=15.0, total=20.0, body=32 * 1024 * 1024)


def recheck(finding: Finding, key: str, since: datetime) -> Outcome:
    """Check at its provider whether a finding is fixed; the fix was ready at `since`.

    Fails closed: a provider that is not connected, refuses, is unavailable or sends an unknown value verifies nothing.
    """
    provider_class = FINDING_SOURCES[key]
    integration = connected_integration(finding.project_id, provider_class.name)
    if integration is None:
        return inconclusive(
            "not_available", f"{provider_class.title} is not connected: connect it, then verify."
        )
    url = provider_settings(provider_class.name).url
    with Client(limits=LIMITS) as client:
        tokens = TokenManager(integration, provider_class, client)
        try:
            provider = provider_class(client, tokens.credentials(), url)
            outcome = _recheck_at(provider, finding, key, since)
            if outcome.reason == TokenRejected.reason and (replaced := tokens.replace(provider.credentials)):
                outcome = _recheck_at(provider_class(client, replaced, url), finding, key, since)
        except ProviderError as error:
            return inconclusive(error.reason, str(error))
        except (VaultError, IntegrationChanged):
            return inconclusive("not_available", f"Connect {provider_class.title} again, then verify.")
    return outcome


def _recheck_at(provider: FindingSource, finding: Finding, key: str, since: datetime) -> Outcome:
    if finding.evidence.get("server") != provider.server:
        message = (
            f"The finding was not imported from the connected {provider.title}, but from another server."
        )
        return inconclusive("not_available", message)
    # Anybody can report evidence that names another finding of the provider; only the import sets the identity.
    if finding.identity != provider_key(provider.server, str(finding.evidence.get("source"))):
        message = f"The evidence was not imported from {provider.title}: import the finding again by a sync."
        return inconclusive("not_available", message)
    try:
        outcome = _outcome(provider.recheck(key, finding.evidence, since))
    except ProviderError as error:
        outcome = inconclusive(error.reason, str(error))
    requests = {
        "provider": provider.name,
        "fetched": [_described(response) for response in provider.responses],
    }
    # Evidence is shown and exported: a provider may have echoed credentials in it.
    evidence = _redacted(truncate(outcome.with_evidence(requests).evidence), provider.secrets)
    return Outcome(outcome.status, reason=outcome.reason, evidence=evidence)


def _outcome(result: RecheckResult) -> Outcome:
    if result.fixed is None:
        return inconclusive("not_available", result.message, response=dict(result.evidence))
    return (passed if result.fixed else failed)(result.message, response=dict(result.evidence))


def _described(response: ResponseRecord) -> dict[str, Any]:
    return {
        "method": response.method,
        "url": response.url,
        "address": response.address,
        "status": response.status,
        "sha256": response.sha256,
        "time": format_timestamp(response.started_at),
        "duration_ms": round(response.duration_ms, 1),
    }


def _redacted(value: Any, secrets: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, Mapping):
        return {key: _redacted(inner, secrets) for key, inner in value.items()}
    return [_redacted(inner, secrets) for inner in value] if isinstance(value, list) else value
