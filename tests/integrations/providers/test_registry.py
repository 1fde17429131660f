"""What holds for every provider: the list, its order, and what an adapter must bring."""

import ast
import inspect
from pathlib import Path

import pytest

from integrations.providers import ADAPTERS, PROVIDERS
from integrations.providers.base import Provider, Tracker
from integrations.providers.traffic import Meter

EVERY_ADAPTER = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS.keys())
ALLOWED_IMPORTS = ("integrations.providers", "krafter_audit.http.client", "krafter_audit.http.timestamps")
FOREIGN = (
    "django",
    "rest_framework",
    "celery",
    "httpx2",
    "requests",
    "urllib.request",
    "accounts",
    "findings",
)


def test_the_eight_providers_are_listed_first_and_in_the_order_of_the_contract() -> None:
    assert PROVIDERS[:8] == ("ga4", "gsc", "sentry", "github", "gitlab", "jira", "linear", "cloudflare")


@EVERY_ADAPTER
def test_an_adapter_names_its_vendor_and_where_it_is(adapter: type[Provider]) -> None:
    assert ADAPTERS[adapter.name] is adapter
    assert adapter.title
    assert adapter.api_url.startswith("https://")
    assert adapter.oauth is None or adapter.oauth.token_url.startswith("https://")


@EVERY_ADAPTER
def test_an_adapter_answers_every_question_of_its_kind(adapter: type[Provider]) -> None:
    questions = ["check", "headers", "refuse"]
    if issubclass(adapter, Tracker):
        questions += ["owns", "tickets", "ticket", "create", "update"]
    else:
        questions.append("traffic" if issubclass(adapter, Meter) else "sources")

    left_out = [
        name
        for name in questions
        if getattr(adapter, name) in (getattr(Provider, name, None), getattr(Tracker, name, None))
    ]

    assert left_out == []


@EVERY_ADAPTER
def test_an_adapter_knows_one_vendor_and_nothing_of_the_house(adapter: type[Provider]) -> None:
    tree = ast.parse(Path(inspect.getfile(adapter)).read_text())
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    ]

    house = [name for name in names if name.split(".")[0] in ("integrations", "krafter_audit")]

    assert [name for name in names if name.startswith(FOREIGN)] == []
    assert [name for name in house if not name.startswith(ALLOWED_IMPORTS)] == []


@EVERY_ADAPTER
def test_an_adapter_that_brings_findings_can_be_asked_about_them_again(adapter: type[Provider]) -> None:
    brings = adapter.sources is not Provider.sources

    assert brings is bool(adapter.checks)
    assert brings is (adapter.ask_again is not Provider.ask_again)
