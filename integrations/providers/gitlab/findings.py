"""Vulnerability findings of GitLab (tier Ultimate), of all its scanners."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.providers.errors import OtherAccount, ResourceMissing
from integrations.providers.findings import FindingSource, RecheckResult, result_by_state
from integrations.providers.gitlab.client import API_PATH, GitLabClient
from integrations.providers.types import FindingList, RemoteFinding, text

VULNERABILITY_RESOLVED = "gitlab_vulnerability_resolved"
MAX_NAME_LENGTH = 240
SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "info": "low"}
CLOSED_STATES = frozenset({"dismissed", "resolved"})


class GitLabFindings(GitLabClient, FindingSource):
    checks = (VULNERABILITY_RESOLVED,)

    def finding_lists(self) -> Sequence[FindingList]:
        return (FindingList("vulnerability findings", self._vulnerabilities),)

    def _vulnerabilities(self) -> Iterator[Sequence[RemoteFinding]]:
        for page in self._pages():
            # Filtered here, since GitLab's own filter is documented in two ways.
            read = self.parse(page, lambda listed: self.read_rows(listed, self._open_finding, _name))
            yield [finding for finding in read if finding]

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        prefix, source = self._external_id(""), str(evidence.get("source"))
        if not source.startswith(prefix):
            raise OtherAccount("The finding belongs to another project than the connected one.")
        name = source.removeprefix(prefix)
        for page in self._pages():
            result = self.parse_list(page, lambda listed: vulnerability_result(listed, name))
            if result is not None:
                return result
        # Missing from the newest pipeline's report may mean that its scanner did not run: that is no fix.
        raise ResourceMissing("The newest report no longer contains it: check that its scanner has run.")

    def _pages(self) -> Iterator[Any]:
        return self.linked_pages(
            self.repository_path("/vulnerability_findings"), {"scope": "all", "per_page": 100}
        )

    def _open_finding(self, vulnerability: Any) -> RemoteFinding | None:
        return None if _is_closed(vulnerability) else self._finding(vulnerability)

    def _finding(self, vulnerability: Any) -> RemoteFinding:
        name = _name(vulnerability)
        kind = str(vulnerability.get("report_type") or "vulnerability").replace("_", " ")
        location = _mapping(vulnerability.get("location"))
        path = str(_mapping(vulnerability.get("project")).get("full_path") or self.repository).strip("/")
        url = f"{self.base_url.removesuffix(API_PATH)}/{path}/-/security/vulnerability_report"
        return RemoteFinding(
            external_id=self._external_id(name),
            url=url,
            domain="security",
            title=f"{text(vulnerability['name'])[:MAX_NAME_LENGTH]} ({kind} finding {name[:8]})",
            severity=SEVERITY.get(str(vulnerability.get("severity")).lower(), "medium"),
            description=str(vulnerability.get("description") or ""),
            assets=tuple((key, str(location[key])) for key in ("file", "image") if location.get(key)),
            evidence={
                "checks": [VULNERABILITY_RESOLVED],
                "scanner": _mapping(vulnerability.get("scanner")).get("name"),
                "identifiers": _names(vulnerability.get("identifiers")),
                # Only the location: the code may be a leaked secret.
                "location": location,
            },
            fix=_fix(vulnerability, url),
        )

    def _external_id(self, name: str) -> str:
        return f"gitlab/{self.repository_id}/vulnerability/{name}"


def vulnerability_result(listed: Any, name: str) -> RecheckResult | None:
    """Judge the finding of this name in a page of the list; None if the page lacks it."""
    for vulnerability in listed:
        if name == _name(vulnerability):
            return result_by_state(
                "dismissed" if vulnerability.get("dismissal_feedback") else vulnerability.get("state"),
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


def _is_closed(vulnerability: Any) -> bool:
    state = text(vulnerability.get("state") or "detected")
    return state in CLOSED_STATES or bool(vulnerability.get("dismissal_feedback"))


def _name(vulnerability: Any) -> str:
    return str(vulnerability.get("uuid") or int(vulnerability["id"]))


def _names(identifiers: Any) -> list[str]:
    # A single object in GitLab's description of the API, a list in its responses.
    listed = identifiers if isinstance(identifiers, list) else [identifiers]
    return [str(identifier["name"]) for identifier in map(_mapping, listed) if identifier.get("name")]


def _fix(vulnerability: Any, url: str) -> dict[str, Any] | None:
    solution = " ".join(str(vulnerability.get("solution") or "").split())
    if not solution:
        return None
    links = vulnerability.get("links")
    urls = [_mapping(link).get("url") for link in links] if isinstance(links, list) else []
    references = [str(reference) for reference in urls if reference]
    return {"summary": solution, "steps": [solution], "references": [*references, url]}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
