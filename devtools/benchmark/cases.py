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
    limit: int = 1_000_000  # of requests that use up rows
    connections: tuple[int, ...] = DEFAULT_CONNECTIONS  # each number is measured
    bare: RequestFactory | None = None


def read(path: str) -> RequestFactory:
    def make(dataset: Dataset) -> Iterator[BenchmarkRequest]:
        request = BenchmarkRequest(
            "GET",
            prefix(dataset) + path.format(**dataset, middle=dataset["rows"] // 2),
            None,
            authorization(dataset),
        )
        return itertools.repeat(request)

    return make


def prefix(dataset: Dataset, slug: str = "") -> str:
    return f"{dataset['base']}{slug or dataset['slug']}/audit/"


def authorization(dataset: Dataset) -> dict[str, str]:
    return {"Authorization": f"Bearer {dataset['key']}"}


def one(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    for pk in itertools.cycle(dataset["findings"]):
        yield BenchmarkRequest("GET", f"{prefix(dataset)}findings/{pk}", None, authorization(dataset))


def change(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    for status in itertools.cycle(["triaged", "in_progress"]):
        for pk in dataset["findings"]:
            yield json_request(
                "PATCH", f"{prefix(dataset)}findings/{pk}", {"status": status}, authorization(dataset)
            )


def writers(*slugs: str) -> RequestFactory:
    """Return a factory of PATCH requests that alternate between projects."""

    def make(dataset: Dataset) -> Iterator[BenchmarkRequest]:
        # Two at once never change the same finding, which would measure its lock.
        share = min(len(dataset["others"]), len(dataset["findings"]) // 2)
        rows = {dataset["slug"]: iter(dataset["findings"]), dataset["other"]: iter(dataset["others"])}
        alternating = [(dataset[slug], next(rows[dataset[slug]])) for _ in range(share) for slug in slugs]
        for status in itertools.cycle(["triaged", "in_progress"]):
            for slug, pk in alternating:
                yield json_request(
                    "PATCH",
                    f"{prefix(dataset, slug)}findings/{pk}",
                    {"status": status},
                    authorization(dataset),
                )

    return make


def approve(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    while dataset["verifications"]:
        path = f"{prefix(dataset)}verifications/{dataset['verifications'].pop()}/approve"
        yield BenchmarkRequest("POST", path, None, authorization(dataset))


def run(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    while dataset["tasks"]:
        body = {"task_id": dataset["tasks"].pop()}
        yield json_request("POST", f"{prefix(dataset)}verifications/run", body, authorization(dataset))


def policy_test(query: str = "") -> RequestFactory:
    def make(dataset: Dataset) -> Iterator[BenchmarkRequest]:
        body = {"config": {"severity_rules": {"seo": "low"}, "sla_hours": {"critical": 12, "high": 48}}}
        path = f"{prefix(dataset)}policies/test{query}"
        request = json_request("POST", path, body, authorization(dataset))
        return itertools.repeat(request)

    return make


def bulk(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    # Other titles in each repetition, or the findings would only be updated.
    dataset["batches"] = dataset.get("batches", 0) + 1
    for _ in ("created", "seen again"):
        for batch in range(13):
            yield json_request(
                "POST",
                f"{prefix(dataset)}findings/bulk",
                {"findings": items(dataset["batches"], batch)},
                authorization(dataset),
            )


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
    def make(dataset: Dataset) -> Iterator[BenchmarkRequest]:
        request = BenchmarkRequest(
            "GET", path.format(**dataset), None, {"Cookie": f"sessionid={dataset['session']}"}
        )
        return itertools.repeat(request)

    return make


def bare_list(dataset: Dataset) -> Iterator[BenchmarkRequest]:
    return itertools.repeat(BenchmarkRequest("GET", "/findings"))


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
    BenchmarkCase(LIST, read("findings?limit=25"), bare=bare_list),
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
    BenchmarkCase(
        "shared page",
        lambda dataset: itertools.repeat(
            BenchmarkRequest("GET", f"/insights/audit/reports/shared/{dataset['share']}")
        ),
    ),
)
