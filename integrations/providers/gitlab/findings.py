"""GitLab's vulnerability findings (Ultimate), read into findings.

Every scanner of GitLab reports in this form. What a scanner found in the code itself (a leaked secret, say)
is not copied: its place is.
"""

from collections.abc import Mapping
from typing import Any

from integrations.providers.base import RemoteFinding
from integrations.providers.recheck import Reply, by_state

RESOLVED = "gitlab_vulnerability_resolved"
LONGEST_NAME = 240
SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "info": "low"}
SETTLED = frozenset({"dismissed", "resolved"})


def unsettled(listed: Any, project: str, web: str) -> list[RemoteFinding]:
    """Return what is neither dismissed nor resolved. `web` is the address of the server."""
    return [_finding(found, project, web) for found in listed if not _is_settled(found)]


def state_of(listed: Any, project: str, source: str) -> Reply | None:
    """Judge the finding of this id in a page of the list; None when it is not in it."""
    for found in listed:
        if source == f"{project}/vulnerability/{found.get('uuid') or found.get('id')}":
            return by_state(
                "dismissed" if found.get("dismissal_feedback") else found.get("state"),
                mended={"resolved": "is resolved"},
                open_={"detected": "is still detected", "confirmed": "is confirmed and still there"},
                undecided={
                    "dismissed": "was dismissed at GitLab, which does not mend it: decide about the finding"
                },
                what="The vulnerability",
            )
    return None


def _is_settled(found: Any) -> bool:
    return found.get("state") in SETTLED or bool(found.get("dismissal_feedback"))


def _finding(found: Any, project: str, web: str) -> RemoteFinding:
    number = str(found.get("uuid") or int(found["id"]))
    kind = str(found.get("report_type") or "vulnerability").replace("_", " ")
    place = _mapping(found.get("location"))
    path = str(_mapping(found.get("project")).get("full_path") or project).strip("/")
    address = f"{web}/{path}/-/security/vulnerability_report"
    return RemoteFinding(
        external_id=f"{project}/vulnerability/{number}",
        url=address,
        domain="security",
        title=f"{str(found['name'])[:LONGEST_NAME]} ({kind} finding {number[:8]})",
        severity=SEVERITY.get(str(found.get("severity")).lower(), "medium"),
        description=str(found.get("description") or ""),
        assets=tuple((what, str(place[what])) for what in ("file", "image") if place.get(what)),
        evidence={
            "checks": [RESOLVED],
            "scanner": _mapping(found.get("scanner")).get("name"),
            "identifiers": _names(found.get("identifiers")),
            "location": place,
        },
        fix=_fix(found, address),
    )


def _names(identifiers: Any) -> list[str]:
    """Return what a weakness is called elsewhere (CVE, CWE): one in the description, many in the answers."""
    many = identifiers if isinstance(identifiers, list) else [identifiers]
    return [str(each["name"]) for each in map(_mapping, many) if each.get("name")]


def _fix(found: Any, address: str) -> dict[str, Any] | None:
    solution = " ".join(str(found.get("solution") or "").split())
    if not solution:
        return None
    links = found.get("links")
    named = [_mapping(link).get("url") for link in links] if isinstance(links, list) else []
    references = [str(url) for url in named if url]
    return {"summary": solution, "steps": [solution], "references": [*references, address]}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
