"""What is asked, of this API and of the bare views."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from devtools.benchmark.load_generator import Ask, always, sending

Facts = dict[str, Any]
Make = Callable[[Facts], Iterator[Ask]]
BULK = 1000
WIDE = (1, 16)  # alone, and among others


@dataclass(frozen=True)
class Case:
    """One kind of request. `most` bounds what uses rows up; it is asked over each number of `connections`."""

    name: str
    make: Make
    most: int = 1_000_000
    connections: tuple[int, ...] = WIDE
    bare: Make | None = None


def reading(path: str) -> Make:
    """Return what asks for one address of the project again and again."""

    def make(facts: Facts) -> Iterator[Ask]:
        ask = Ask("GET", address(facts) + path.format(**facts, middle=facts["rows"] // 2), None, key(facts))
        return always(lambda: ask)

    return make


def address(facts: Facts, slug: str = "") -> str:
    """Return where a project's addresses begin."""
    return f"{facts['base']}{slug or facts['slug']}/audit/"


def key(facts: Facts) -> dict[str, str]:
    """Return the header that says who calls."""
    return {"Authorization": f"Bearer {facts['key']}"}


def one(facts: Facts) -> Iterator[Ask]:
    """Ask for one finding after the other."""
    for pk in itertools.cycle(facts["findings"]):
        yield Ask("GET", f"{address(facts)}findings/{pk}", None, key(facts))


def change(facts: Facts) -> Iterator[Ask]:
    """Change one finding after the other."""
    for status in itertools.cycle(["triaged", "in_progress"]):
        for pk in facts["findings"]:
            yield sending("PATCH", f"{address(facts)}findings/{pk}", {"status": status}, key(facts))


def writers(*slugs: str) -> Make:
    """Return what changes as many findings in turn, all of one project or of two: two at once are never one finding."""

    def make(facts: Facts) -> Iterator[Ask]:
        share = min(len(facts["others"]), len(facts["findings"]) // 2)
        rows = {facts["slug"]: iter(facts["findings"]), facts["other"]: iter(facts["others"])}
        turns = [(facts[slug], next(rows[facts[slug]])) for _ in range(share) for slug in slugs]
        for status in itertools.cycle(["triaged", "in_progress"]):
            for slug, pk in turns:
                yield sending("PATCH", f"{address(facts, slug)}findings/{pk}", {"status": status}, key(facts))

    return make


def approve(facts: Facts) -> Iterator[Ask]:
    """Approve one verification after the other."""
    while facts["verifications"]:
        path = f"{address(facts)}verifications/{facts['verifications'].pop()}/approve"
        yield Ask("POST", path, None, key(facts))


def run(facts: Facts) -> Iterator[Ask]:
    """Ask for a verification of one task after the other."""
    while facts["tasks"]:
        body = {"task_id": facts["tasks"].pop()}
        yield sending("POST", f"{address(facts)}verifications/run", body, key(facts))


def try_policy(facts: Facts) -> Iterator[Ask]:
    """Ask what a policy would do."""
    body = {"config": {"severity_rules": {"seo": "low"}, "sla_hours": {"critical": 12, "high": 48}}}
    ask = sending("POST", f"{address(facts)}policies/test", body, key(facts))
    return always(lambda: ask)


def simulate(facts: Facts) -> Iterator[Ask]:
    """Ask what a policy would change."""
    body = {"config": {"severity_rules": {"seo": "low"}, "sla_hours": {"critical": 12, "high": 48}}}
    ask = sending("POST", f"{address(facts)}policies/test?simulate=true", body, key(facts))
    return always(lambda: ask)


def bulk(facts: Facts) -> Iterator[Ask]:
    """Report a thousand findings, thirteen times; then the same ones again."""
    facts["lots"] = facts.get("lots", 0) + 1
    for _ in ("created", "seen again"):
        for lot in range(13):
            yield sending(
                "POST", f"{address(facts)}findings/bulk", {"findings": items(facts["lots"], lot)}, key(facts)
            )


def items(lots: int, lot: int) -> list[dict[str, Any]]:
    """Return a lot of findings as a source reports them."""
    domains = ("security", "performance", "accessibility", "seo")
    return [
        {
            "domain": domains[place % 4],
            "title": f"Reported {lots} {lot} {place}",
            "severity": "medium",
            "description": "What was seen, in words.",
            "affected_assets": [{"type": "url", "value": f"https://example.com/{place}"}],
            "evidence": {"checks": ["security_header_csp"], "seen": "x" * 80},
        }
        for place in range(BULK)
    ]


def page(path: str) -> Make:
    """Return what asks for a page of the admin."""

    def make(facts: Facts) -> Iterator[Ask]:
        ask = Ask("GET", path.format(**facts), None, {"Cookie": f"sessionid={facts['session']}"})
        return always(lambda: ask)

    return make


def bare_list(facts: Facts) -> Iterator[Ask]:
    """Ask a bare view for the first page."""
    return always(lambda: Ask("GET", "/findings"))


def bare_one(facts: Facts) -> Iterator[Ask]:
    """Ask a bare view for one finding after the other."""
    return (Ask("GET", f"/findings/{pk}") for pk in itertools.cycle(facts["findings"]))


def bare_change(facts: Facts) -> Iterator[Ask]:
    """Have a bare view change one finding after the other."""
    for status in itertools.cycle(["triaged", "in_progress"]):
        for pk in facts["findings"]:
            yield sending("PATCH", f"/findings/{pk}", {"status": status}, {})


LIST, ONE, CHANGE, SUMMARY, APPROVE = "list of 25", "one finding", "change one", "summary", "approve"
COMMAND_CENTER, BULKS = "command center", "bulk of 1,000"
TOGETHER, APART = "two writers, one project", "two writers, two projects"
# Those whose cost must not grow with the table.
FLAT = (
    LIST, "list, filtered", "list, deep by cursor", ONE, "tasks", "tasks of one owner", "tasks overdue",
    "verifications", "regressions", SUMMARY, COMMAND_CENTER, "policy test",
)  # fmt: skip

CASES = (
    Case(LIST, reading("findings?limit=25"), bare=bare_list),
    Case(ONE, one, bare=bare_one),
    Case(CHANGE, change, bare=bare_change),
    Case(TOGETHER, writers("slug", "slug"), connections=(2,)),
    Case(APART, writers("slug", "other"), connections=(2,)),
    Case("list, filtered", reading("findings?severity=high&status=new")),
    Case("list, deep by cursor", reading("findings?limit=25&cursor={cursor}")),
    Case("list, deep by offset", reading("findings?limit=25&offset={middle}")),
    Case("tasks", reading("tasks")),
    Case("tasks of one owner", reading("tasks?owner_id={owner}")),
    Case("tasks overdue", reading("tasks?overdue=true")),
    Case("verifications", reading("verifications")),
    Case("regressions", reading("regressions")),
    Case(APPROVE, approve, most=400),
    Case("run a verification", run, most=400),
    Case(SUMMARY, reading("reports/summary")),
    Case(COMMAND_CENTER, reading("command-center")),
    Case("policy test", try_policy),
    Case("policy simulation", simulate, most=20, connections=(1,)),
    Case(BULKS, bulk, most=26),
    Case("admin: findings", page("/admin/findings/finding/")),
    Case("admin: findings by title", page("/admin/findings/finding/?q=Finding+77")),
    Case("admin: findings of a project", page("/admin/findings/finding/?project__id__exact={project}")),
    Case("admin: tasks", page("/admin/remediation/task/")),
    Case("admin: events", page("/admin/events/event/")),
    Case(
        "shared page",
        lambda facts: always(lambda: Ask("GET", f"/insights/audit/reports/shared/{facts['share']}")),
    ),
)
