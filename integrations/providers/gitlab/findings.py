"""Vulnerability findings of GitLab (tier Ultimate), of all its scanners."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.providers.errors import OtherAccount, ResourceMissing
from integrations.providers.findings import FindingSource, RecheckResult, result_by_state
from integrations.providers.gitlab.client import API_PATH, GitLabClient
from integrations.providers.types import FindingList, RemoteFinding

RESOLVED = "gitlab_vulnerability_resolved"
MAX_NAME_LENGTH = 240
SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "info": "low"}
SETTLED = frozenset({"dismissed", "resolved"})


class GitLabFindings(GitLabClient, FindingSource):
    checks = (RESOLVED,)

    def finding_lists(self) -> Sequence[FindingList]:
        return (FindingList("vulnerability findings", self._vulnerabilities),)

    def _vulnerabilities(self) -> Iterator[Sequence[RemoteFinding]]:
        web_url = self.base_url.removesuffix(API_PATH)
        for page in self._pages():
            yield self.parse(page, lambda listed: open_vulnerabilities(listed, self.repository, web_url))

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        source = str(evidence.get("source"))
        if not source.startswith(f"{self.repository}/vulnerability/"):
            raise OtherAccount("The finding belongs to another project than the connected one.")
        for page in self._pages():
            result = self.parse(page, lambda listed: vulnerability_result(listed, self.repository, source))
            if result is not None:
                return result
        # Missing from the newest pipeline's report may mean that its scanner did not run: that is no fix.
        raise ResourceMissing("The newest report no longer contains it: check that its scanner has run.")

    def _pages(self) -> Iterator[Any]:
        return self.linked_pages(
            self.repository_path("/vulnerability_findings"), {"scope": "all", "per_page": 100}
        )


def open_vulnerabilities(listed: Any, repository: str, web_url: str) -> list[RemoteFinding]:
    # Filtered here, since GitLab's own filter is documented in two ways.
    return [_finding(found, repository, web_url) for found in listed if not _is_settled(found)]


def vulnerability_result(listed: Any, repository: str, source: str) -> RecheckResult | None:
    """Judge the finding with this id in a page of the list; None if the page lacks it."""
    for found in listed:
        if source == f"{repository}/vulnerability/{found.get('uuid') or found.get('id')}":
            return result_by_state(
                "dismissed" if found.get("dismissal_feedback") else found.get("state"),
                subject="The vulnerability",
                fixed={"resolved": "is resolved"},
                open_={"detected": "is still detected", "confirmed": "is confirmed and still open"},
                undecided={
                    "dismissed": (
                        "was dismissed at GitLab, which does not fix it: decide whether to dismiss the finding"
                    )
                },
            )
    return None


def _is_settled(found: Any) -> bool:
    return found.get("state") in SETTLED or bool(found.get("dismissal_feedback"))


def _finding(found: Any, repository: str, web_url: str) -> RemoteFinding:
    number = str(found.get("uuid") or int(found["id"]))
    kind = str(found.get("report_type") or "vulnerability").replace("_", " ")
    location = _mapping(found.get("location"))
    path = str(_mapping(found.get("project")).get("full_path") or repository).strip("/")
    url = f"{web_url}/{path}/-/security/vulnerability_report"
    return RemoteFinding(
        external_id=f"{repository}/vulnerability/{number}",
        url=url,
        domain="security",
        title=f"{str(found['name'])[:MAX_NAME_LENGTH]} ({kind} finding {number[:8]})",
        severity=SEVERITY.get(str(found.get("severity")).lower(), "medium"),
        description=str(found.get("description") or ""),
        assets=tuple((name, str(location[name])) for name in ("file", "image") if location.get(name)),
        evidence={
            "checks": [RESOLVED],
            "scanner": _mapping(found.get("scanner")).get("name"),
            "identifiers": _names(found.get("identifiers")),
            # Only the location: the code may be a leaked secret.
            "location": location,
        },
        fix=_fix(found, url),
    )


def _names(identifiers: Any) -> list[str]:
    # A single object in GitLab's description of the API, a list in its responses.
    listed = identifiers if isinstance(identifiers, list) else [identifiers]
    return [str(each["name"]) for each in map(_mapping, listed) if each.get("name")]


def _fix(found: Any, url: str) -> dict[str, Any] | None:
    solution = " ".join(str(found.get("solution") or "").split())
    if not solution:
        return None
    links = found.get("links")
    urls = [_mapping(link).get("url") for link in links] if isinstance(links, list) else []
    references = [str(each) for each in urls if each]
    return {"summary": solution, "steps": [solution], "references": [*references, url]}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
