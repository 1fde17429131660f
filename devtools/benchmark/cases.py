"""The cases: requests to this API and to the bare views."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from devtools.benchmark.load_generator import BenchmarkRequest, json_request

type Dataset = dict[str, Any]
type RequestFactory = Callable[[Dataset], Iterator[BenchmarkRequest]]
BULK_SIZE = 1000
DEFAULT_CONNECTIONS = (1, 16)


@dataclass(frozen=True)
class BenchmarkCase:
    """A kind of request."""

    name: str
    make: RequestFactory
    limit: int = 1_000_000  # lower for requests that use up rows
    connections: tuple[int, ...] = DEFAULT_CONNECTIONS  # each number is measured
    bare: RequestFactory | None = None


def api_request(
    dataset: Dataset, method: str, path: str, body: Any = None, *, slug: str = ""
) -> BenchmarkRequest:
    """Return a request to the project, with its key."""
    prefix = f"{dataset['base']}{slug or dataset['slug']}/audit/"
    return json_request(method, prefix + path, body, {"Authorization": f"Bearer {dataset['key']}"})


def repeat(request_of: Callable[[Dataset], BenchmarkRequest]) -> RequestFactory:
    return lambda dataset: itertools.repeat(request_of(dataset))


def read(path: str) -> RequestFactory:
    return repeat(
        lambda dataset: api_request(dataset, "GET", path.format(**dataset, middle=dataset["rows"] // 2))
    )


def one(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    return (api_request(dataset, "GET", f"findings/{pk}") for pk in itertools.cycle(dataset["findings"]))


def change(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    for status in itertools.cycle(["triaged", "in_progress"]):
        for pk in dataset["findings"]:
            yield api_request(dataset, "PATCH", f"findings/{pk}", {"status": status})


def writers(*slugs: str) -> RequestFactory:
    """Return a factory of PATCH requests that alternate between projects."""

    def make(dataset: Dataset) -> Iterator[BenchmarkRequest]:
        # Two simultaneous requests never change the same finding: they would measure its lock.
        share = min(len(dataset["others"]), len(dataset["findings"]) // 2)
        rows = {dataset["slug"]: iter(dataset["findings"]), dataset["other"]: iter(dataset["others"])}
        alternating = [(dataset[slug], next(rows[dataset[slug]])) for _ in range(share) for slug in slugs]
        for status in itertools.cycle(["triaged", "in_progress"]):
            for slug, pk in alternating:
                yield api_request(dataset, "PATCH", f"findings/{pk}", {"status": status}, slug=slug)

    return make


def approve(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    while dataset["verifications"]:
        yield api_request(dataset, "POST", f"verifications/{dataset['verifications'].pop()}/approve")


def run(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    while dataset["tasks"]:
        yield api_request(dataset, "POST", "verifications/run", {"task_id": dataset["tasks"].pop()})


def policy_test(query: str = "") -> RequestFactory:
    body = {"config": {"severity_rules": {"seo": "low"}, "sla_hours": {"critical": 12, "high": 48}}}
    return repeat(lambda dataset: api_request(dataset, "POST", f"policies/test{query}", body))


def bulk(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    # Other titles in each repetition, or the findings would only be updated.
    dataset["batches"] = dataset.get("batches", 0) + 1
    for _ in ("created", "seen again"):
        for batch in range(13):
            findings = items(dataset["batches"], batch)
            yield api_request(dataset, "POST", "findings/bulk", {"findings": findings})


def items(run: int, batch: int) -> list[dict[str, Any]]:
    domains = ("security", "performance", "accessibility", "seo")
    return [
        {
            "domain": domains[number % 4],
            "title": f"Reported {run} {batch} {number}",
            "severity": "medium",
            "description": "A description of the finding.",
            "affected_assets": [{"type": "url", "value": f"https://example.com/{number}"}],
            "evidence": {"checks": ["security_header_csp"], "detail": "x" * 80},
        }
        for number in range(BULK_SIZE)
    ]


def admin_page(path: str) -> RequestFactory:
    def request_of(dataset: Dataset) -> BenchmarkRequest:
        cookie = {"Cookie": f"sessionid={dataset['session']}"}
        return BenchmarkRequest("GET", path.format(**dataset), None, cookie)

    return repeat(request_of)


def shared_page(dataset: Dataset) -> BenchmarkRequest:
    return BenchmarkRequest("GET", f"/insights/audit/reports/shared/{dataset['share']}")


def bare_one(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    return (BenchmarkRequest("GET", f"/findings/{pk}") for pk in itertools.cycle(dataset["findings"]))


def bare_change(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    for status in itertools.cycle(["triaged", "in_progress"]):
        for pk in dataset["findings"]:
            yield json_request("PATCH", f"/findings/{pk}", {"status": status}, {})


LIST, ONE, CHANGE, SUMMARY, APPROVE = "list of 25", "one finding", "change one", "summary", "approve"
COMMAND_CENTER, BULKS = "command center", "bulk of 1,000"
TOGETHER, APART = "two writers, one project", "two writers, two projects"
# The cost of these cases must not grow with the table.
FLAT = (
    LIST, "list, filtered", "list, deep by cursor", ONE, "tasks", "tasks of one owner", "tasks by words",
    "tasks overdue", "verifications", "regressions", SUMMARY, COMMAND_CENTER, "policy test",
)  # fmt: skip

CASES = (
    BenchmarkCase(
        LIST, read("findings?limit=25"), bare=repeat(lambda _: BenchmarkRequest("GET", "/findings"))
    ),
    BenchmarkCase(ONE, one, bare=bare_one),
    BenchmarkCase(CHANGE, change, bare=bare_change),
    BenchmarkCase(TOGETHER, writers("slug", "slug"), connections=(2,)),
    BenchmarkCase(APART, writers("slug", "other"), connections=(2,)),
    BenchmarkCase("list, filtered", read("findings?severity=high&status=new")),
    BenchmarkCase("list, deep by cursor", read("findings?limit=25&cursor={cursor}")),
    BenchmarkCase("list, deep by offset", read("findings?limit=25&offset={middle}")),
    BenchmarkCase("tasks", read("tasks")),
    BenchmarkCase("tasks of one owner", read("tasks?owner_id={owner}")),
    BenchmarkCase("tasks by words", read("tasks?q=page/7777")),
    BenchmarkCase("tasks overdue", read("tasks?overdue=true")),
    BenchmarkCase("verifications", read("verifications")),
    BenchmarkCase("regressions", read("regressions")),
    BenchmarkCase("events", read("events")),
    BenchmarkCase("events of one type", read("events?type=task.created")),
    BenchmarkCase(APPROVE, approve, limit=400),
    BenchmarkCase("run a verification", run, limit=400),
    BenchmarkCase(SUMMARY, read("reports/summary")),
    BenchmarkCase(COMMAND_CENTER, read("command-center")),
    BenchmarkCase("policy test", policy_test()),
    BenchmarkCase("policy simulation", policy_test("?simulate=true"), limit=20, connections=(1,)),
    BenchmarkCase(BULKS, bulk, limit=26),
    BenchmarkCase("admin: findings", admin_page("/admin/findings/finding/")),
    BenchmarkCase("admin: findings by title", admin_page("/admin/findings/finding/?q=Finding+77")),
    BenchmarkCase(
        "admin: findings of a project", admin_page("/admin/findings/finding/?project__id__exact={project}")
    ),
    BenchmarkCase("admin: tasks", admin_page("/admin/remediation/task/")),
    BenchmarkCase("admin: events", admin_page("/admin/events/event/")),
    BenchmarkCase("shared page", repeat(shared_page)),
)
