"""Failures and changes are repeated, metrics measured several times, so that outcomes do not flap."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.raw_servers import Dns
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import good_site, page
from tests.unit.scanner.site_checks import outcome_of

GOOD = page()
BAD = page(headers={"X-Content-Type-Options": None})
KEY = "security_header_x_content_type_options"


def run_check(site: Site, key: str = KEY, **options: object) -> Outcome:
    return outcome_of(key, site, **options)


def test_unchanged_pass_is_not_repeated() -> None:
    site = good_site()

    assert run_check(site, before={KEY: Outcome(PASSED)}).status == PASSED
    assert len(site.requests) == 1


def test_pass_after_a_failure_is_repeated() -> None:
    site = good_site()

    assert run_check(site, before={KEY: Outcome(FAILED)}).status == PASSED
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("answers", "runs"), [((GOOD, BAD), [PASSED, FAILED, FAILED]), ((BAD, GOOD), [FAILED, PASSED, FAILED])]
)
def test_fault_at_one_address_of_the_host_is_not_fixed(
    answers: tuple[Answer, Answer], runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dns = Dns({"shop.example": [["127.0.0.1", "127.0.0.2"]]})
    monkeypatch.setattr("socket.getaddrinfo", dns.getaddrinfo)
    first, second = (good_site(**{"/": answer}) for answer in answers)
    with served(first), loopback_client() as client:
        port = int(urlsplit(first.url).port or 0)
        with served(second, host="127.0.0.2", port=port):
            checked = run_checks(
                f"http://shop.example:{port}/", [KEY], client=client, before={KEY: Outcome(FAILED)}
            )
            outcome = dict(checked)[KEY]

    assert (outcome.status, outcome.evidence["runs"]) == (FAILED, runs)


@pytest.mark.parametrize(
    ("answers", "status", "runs"),
    [
        ([BAD, BAD], FAILED, [FAILED, FAILED]),
        ([BAD, GOOD, GOOD], PASSED, [FAILED, PASSED, PASSED]),
        ([BAD, GOOD, BAD], FAILED, [FAILED, PASSED, FAILED]),
        ([GOOD, BAD, BAD], FAILED, [PASSED, FAILED, FAILED]),
    ],
)
def test_third_run_decides_when_two_disagree(answers: list[Answer], status: str, runs: list[str]) -> None:
    outcome = run_check(good_site(**{"/": list(answers)}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.evidence["runs"]) == (status, runs)


@pytest.mark.parametrize("is_cache_faulty", [True, False], ids=["cache", "server"])
def test_fault_of_the_cache_or_of_the_server_behind_it_does_not_pass(is_cache_faulty: bool) -> None:
    def answer(_: str, headers: dict[str, str]) -> Answer:
        return BAD if ("no-cache" not in headers.get("cache-control", "")) is is_cache_faulty else GOOD

    assert run_check(good_site(**{"/": answer}), before={KEY: Outcome(FAILED)}).status == FAILED


@pytest.mark.parametrize("name", ["Accept", "Sec-Fetch-Dest"])
def test_fault_in_the_response_for_browsers_alone_is_not_fixed(name: str) -> None:
    def answer(_: str, headers: dict[str, str]) -> Answer:
        is_browser = headers.get(name.lower(), "*/*") != "*/*"
        return BAD if is_browser else GOOD

    outcome = run_check(good_site(**{"/": answer}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.evidence["runs"]) == (FAILED, [PASSED, FAILED, FAILED])


@pytest.mark.parametrize("name", ["Accept-Encoding", "Accept-Language"])
def test_fault_that_a_cache_has_for_browsers_alone_does_not_pass(name: str) -> None:
    def answer(_: str, headers: dict[str, str]) -> Answer:
        sent = headers.get(name.lower(), "")
        has_fault = "br" in sent if name == "Accept-Encoding" else bool(sent)
        found = page(headers={"Vary": name, "X-Content-Type-Options": None if has_fault else "nosniff"})
        if "br" in headers["accept-encoding"]:
            return replace(found, body=b"\x0b\x02\x80", headers=[*found.headers, ("Content-Encoding", "br")])
        return found

    outcome = run_check(good_site(**{"/": answer}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "unsteady")


def test_response_that_varies_without_the_fault_passes() -> None:
    site = good_site(**{"/": page(headers={"Vary": "Accept-Encoding"})})

    assert run_check(site, before={KEY: Outcome(FAILED)}).status == PASSED
    assert [headers.get("sec-fetch-dest") for _, _, headers in site.requests] == [
        None,
        "document",
        "document",
    ]


def test_fault_in_every_second_response_is_unsteady() -> None:
    outcome = run_check(good_site(**{"/": [GOOD, BAD, GOOD]}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "unsteady")


def test_metric_of_one_sample_that_passes_after_a_failure_is_repeated() -> None:
    detour = Answer(status=302, headers=[("Location", "/a")])
    answers = {"/": [GOOD, detour], "/a": Answer(status=302, headers=[("Location", "/b")]), "/b": GOOD}
    outcome = run_check(
        good_site(**answers), "redirect_chain", before={"redirect_chain": Outcome(FAILED, 2.0)}
    )

    assert (outcome.status, outcome.evidence["runs"]) == (FAILED, [PASSED, FAILED, FAILED])


def test_inconclusive_repetition_is_inconclusive() -> None:
    outcome = run_check(good_site(**{"/": [GOOD, Answer("no", 500)]}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "blocked")


@pytest.mark.slow
def test_metric_is_the_median_of_three_samples_after_a_warm_up() -> None:
    site = good_site(**{"/": [Answer("x", delay=0.0), Answer("x", delay=0.3), Answer("x")]})

    outcome = run_check(site, "ttfb")

    assert outcome.status == PASSED
    assert len(outcome.samples) == 3
    assert isinstance(outcome.value, float)
    assert outcome.value == sorted(outcome.samples)[1]
    assert {key: outcome.evidence[key] for key in ("unit", "threshold")} == {"unit": "ms", "threshold": 600}


@pytest.mark.slow
def test_slow_server_fails_and_fast_server_passes() -> None:
    slow = run_check(good_site(**{"/": Answer("x", delay=0.05)}), "ttfb", thresholds={"ttfb": 20})
    fast = run_check(good_site(**{"/": Answer("x")}), "ttfb", thresholds={"ttfb": 500})

    assert (slow.status, fast.status) == (FAILED, PASSED)
    assert slow.evidence["threshold"] == 20
    assert isinstance(slow.value, float)
    assert slow.value >= 50


def test_an_error_while_timing_is_no_number() -> None:
    outcome = run_check(good_site(**{"/": [page(), Answer("x"), Answer("busy", 503)]}), "ttfb")

    assert (outcome.status, outcome.value, outcome.reason) == (INCONCLUSIVE, None, "blocked")
