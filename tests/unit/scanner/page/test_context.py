"""One request serves as many checks as possible."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import trustme

from krafter_audit.http.client import AddressPolicy, Client, HostThrottle, ParsedUrl
from scanner import crawler, registry
from scanner.confirmation import ConfirmFirst
from scanner.engine import inconclusive_if_outage
from scanner.fetcher import Memo, RequestBudget
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page.context import PageContext
from scanner.preconditions import Inconclusive
from tests.fakes import network
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, served, tls_context
from tests.unit.scanner.checks.base_page import good_site, html, page

LARGE = "<p>" + "word " * 1000 + "</p>"


def scanned(context: PageContext, *keys: str, **options: Any) -> dict[str, Outcome]:
    return dict(run_checks(context.url, keys, context=context, confirmation=ConfirmFirst(), **options))


def page_keys() -> list[str]:
    """Return the keys of the checks that a scan runs over HTTP on each page."""
    registry.load()
    every = registry.REGISTRY.values()
    return [known.key for known in every if known.kind == "http" and known.scope == "page"]


def start(site: Site, client: Client) -> PageContext:
    return PageContext(site.url, client, retry_delays=())


def test_third_page_of_a_scan_takes_two_requests(client: Client) -> None:
    with served(good_site(**{"/a": page(), "/b": page()})) as site:
        first, confirmation = start(site, client), ConfirmFirst()
        for path in ("", "a", "b"):
            context = first.sibling(f"{site.url}{path}")
            site.requests.clear()
            dict(run_checks(context.url, page_keys(), context=context, confirmation=confirmation))

    assert [(method, path) for method, path, _ in site.requests] == [("GET", "/b"), ("OPTIONS", "/b")]


def test_fast_page_of_a_scan_is_timed_once(client: Client) -> None:
    with served(good_site()) as site:
        outcome = scanned(start(site, client), "ttfb")["ttfb"]

    assert (outcome.status, len(outcome.samples), len(site.requests)) == (PASSED, 1, 1)


@pytest.mark.slow
def test_slow_page_of_a_scan_is_timed_several_times(client: Client) -> None:
    answers = [page(delay=0.35), page()]
    with served(good_site(**{"/": answers})) as site:
        outcome = scanned(start(site, client), "ttfb")["ttfb"]

    assert (outcome.status, len(outcome.samples), len(site.requests)) == (PASSED, 3, 5)


@pytest.mark.slow
def test_one_sample_is_not_enough_near_a_low_threshold(client: Client) -> None:
    with served(good_site(**{"/": page(delay=0.15)})) as site:
        scanned(start(site, client), "ttfb", thresholds={"ttfb": 200})

    assert len(site.requests) >= 5


@pytest.mark.slow
def test_one_slow_response_is_not_enough_for_a_failure(client: Client) -> None:
    with served(good_site(**{"/": [page(delay=0.29), page()]})) as site:
        outcome = scanned(start(site, client), "ttfb", thresholds={"ttfb": 200})["ttfb"]

    assert outcome.status == PASSED


def test_server_error_before_a_retry_makes_the_time_inconclusive(client: Client) -> None:
    with served(good_site(**{"/": [Answer("busy", 503), page()]})) as site:
        context = PageContext(site.url, client, retry_delays=(0,))
        outcome = scanned(context, "ttfb")["ttfb"]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "blocked")


def test_server_error_of_a_later_sample_makes_the_time_inconclusive(client: Client) -> None:
    answers = [page(headers={"X-Content-Type-Options": None}), Answer("busy", 502)]
    with served(good_site(**{"/": answers})) as site:
        context = start(site, client)
        outcome = scanned(context, "ttfb")["ttfb"]
        scanned(context, "security_header_x_content_type_options")
        later = inconclusive_if_outage("ttfb", outcome, context)

    assert (outcome.status, later.status, later.reason) == (PASSED, INCONCLUSIVE, "blocked")


def test_error_of_another_request_does_not_change_the_time(client: Client) -> None:
    with served(good_site(**{"OPTIONS /": Answer(status=501)})) as site:
        context = start(site, client)
        outcomes = scanned(context, "cors_restricted", "ttfb")

    assert inconclusive_if_outage("ttfb", outcomes["ttfb"], context).status == PASSED


@pytest.mark.parametrize(
    ("headers", "status", "requests"),
    [({}, PASSED, 1), ({"Content-Encoding": None}, FAILED, 3)],
    ids=["compressed", "not compressed"],
)
def test_compressed_page_is_not_requested_again(
    client: Client, headers: dict[str, Any], status: str, requests: int
) -> None:
    text = f"<!doctype html><title>Words</title>{LARGE}"
    with served(good_site(**{"/": page(text, headers)})) as site:
        outcome = scanned(start(site, client), "text_compression")["text_compression"]

    assert (outcome.status, len(site.requests)) == (status, requests)


def test_other_encodings_are_offered_on_the_first_two_uncompressed_pages(client: Client) -> None:
    text = f"<!doctype html><title>Words</title>{LARGE}"
    plain = page(text, {"Content-Encoding": None})
    with served(good_site(**dict.fromkeys(["/0", "/1", "/2"], plain))) as site:
        first, confirmation = start(site, client), ConfirmFirst()
        for number in range(3):
            context = first.sibling(f"{site.url}{number}")
            checked = run_checks(
                context.url, ["text_compression"], context=context, confirmation=confirmation
            )
            assert dict(checked)["text_compression"].status == FAILED

    assert [site.paths().count(f"/{number}") for number in range(3)] == [3, 3, 1]


@pytest.mark.parametrize("named", [None, "identity"])
def test_page_that_is_compressed_with_brotli_alone_passes(client: Client, named: str | None) -> None:
    plain = page(f"<!doctype html><title>Words</title>{LARGE}", {"Content-Encoding": named})
    brotli = Answer(b"\x8b" * 2000, headers=[("Content-Type", "text/html"), ("Content-Encoding", "br")])

    def answer(_: str, headers: dict[str, str]) -> Answer:
        return brotli if "br" in headers["accept-encoding"] else plain

    with served(good_site(**{"/": answer})) as site:
        assert scanned(start(site, client), "text_compression")["text_compression"].status == PASSED
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("second", "reason"),
    [(Answer("busy", 503), "blocked"), (Answer(status=204), "target_missing"), (Answer(), "target_missing")],
    ids=["outage", "no content", "empty"],
)
def test_page_is_not_compressed_because_its_second_response_is_small(
    client: Client, second: Answer, reason: str
) -> None:
    text = f"<!doctype html><title>Words</title>{LARGE}"
    with served(good_site(**{"/": [page(text, {"Content-Encoding": None}), second]})) as site:
        outcome = scanned(start(site, client), "text_compression")["text_compression"]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, reason)


@pytest.fixture
def shop(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[tuple[Site, Site]]:
    """Serve shop.example over https, and a site without pages over plain HTTP."""
    secure, plain = good_site(**{"/other": page()}), Site()
    with (
        served(secure, tls_context(authority, "shop.example")),
        served(plain),
        network.connected(monkeypatch, settings) as net,
    ):
        for site, port in ((secure, 443), (plain, 80)):
            net.hosts["shop.example", port] = int(site.url.rstrip("/").rpartition(":")[2])
        yield secure, plain


@pytest.mark.parametrize(
    ("location", "requests", "statuses"),
    [
        ("https://shop.example/", 1, [301, 200]),
        ("https://shop.example/other", 2, [301, 200]),
        ("/missing", 1, [301, 404]),
        ("", 1, [301]),
        ("http://[", 1, []),
    ],
)
def test_redirect_to_the_page_is_not_followed_again(
    shop: tuple[Site, Site], ca_file: str, location: str, requests: int, statuses: list[int]
) -> None:
    secure, plain = shop
    plain.answers["/"] = Answer(status=301, headers=[("Location", location)] if location else [])
    with Client(ca_file=ca_file) as client:
        context = PageContext("https://shop.example/", client, retry_delays=())
        _ = context.page
        chain = []
        with suppress(Inconclusive):
            chain = [hop.status for hop in context.http_chain]

    assert chain == statuses
    assert (secure.paths().count("/"), plain.paths().count("/")) == (1, 1)
    assert len(secure.requests) == requests


def test_closed_http_port_is_tried_again_on_the_first_page_alone(
    shop: tuple[Site, Site], ca_file: str
) -> None:
    tried: list[int] = []
    with Client(ca_file=ca_file, throttle=CountingThrottle(tried)) as client:
        shop[1].otherwise = Answer(hang_up=True)
        first = PageContext("https://shop.example/", client, retry_delays=(0, 0))
        for context in (first, first.sibling("https://shop.example/other")):
            outcome = scanned(context, "https_redirect")["https_redirect"]
            assert (outcome.status, outcome.evidence["detail"]) == (
                PASSED,
                "The site does not answer over plain HTTP.",
            )

    assert tried.count(80) == 4


def redirect_outcome(ca_file: str) -> Outcome:
    with Client(ca_file=ca_file) as client:
        context = PageContext("https://shop.example/", client, retry_delays=())
        return scanned(context, "https_redirect")["https_redirect"]


@pytest.mark.parametrize(
    "location", ["http://shop.example:8080/", "http://down.example/", "/", "http://["], ids=str
)
def test_http_port_that_answers_does_not_pass_without_its_page(
    shop: tuple[Site, Site], ca_file: str, location: str
) -> None:
    shop[1].answers["/"] = Answer(status=301, headers=[("Location", location)])
    outcome = redirect_outcome(ca_file)

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "blocked")


def test_port_80_whose_packets_a_firewall_drops_does_not_answer(
    shop: tuple[Site, Site], ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.socket.connect

    def drop(sock: socket.socket, address: Any) -> None:
        if address[1] == 80:
            raise TimeoutError
        connect(sock, address)

    monkeypatch.setattr("socket.socket.connect", drop)
    outcome = redirect_outcome(ca_file)

    assert (outcome.status, outcome.evidence["detail"]) == (
        PASSED,
        "The site does not answer over plain HTTP.",
    )


def test_error_over_plain_http_is_no_redirect(shop: tuple[Site, Site], ca_file: str) -> None:
    shop[1].answers["/"] = Answer("no", 403)
    outcome = redirect_outcome(ca_file)

    assert (outcome.status, outcome.evidence["detail"]) == (
        FAILED,
        "The http:// URL answers with status 403 instead of a redirect to HTTPS.",
    )


class CountingThrottle(HostThrottle):
    """Notes the ports of the requests."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports

    @contextmanager
    def slot(self, url: ParsedUrl) -> Iterator[float]:
        self._ports.append(url.port)
        yield 0.0


def linking_to(paths: list[str]) -> Answer:
    return page(html(add="".join(f'<a href="{path}">To {path}</a>' for path in paths)))


def test_links_are_requested_six_at_once(client: Client) -> None:
    running, most, guard, six_run = [0], [0], threading.Lock(), threading.Event()

    def answer(*_: Any) -> Answer:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
            if running[0] == 6:
                six_run.set()
        six_run.wait(timeout=10)  # on a busy machine the sixth begins late
        time.sleep(0.05)  # for a seventh
        with guard:
            running[0] -= 1
        return page()

    paths = [f"/{number}" for number in range(20)]
    with served(good_site(**{"/": linking_to(paths)}, **dict.fromkeys(paths, answer))) as site:
        statuses = start(site, client).links

    assert most[0] == 6
    assert [url.removeprefix(site.url) for url in statuses][-20:] == [path[1:] for path in paths]


def test_page_that_was_scanned_needs_no_request_as_a_link(client: Client) -> None:
    with served(good_site(**{"/": linking_to(["/a"]), "/a": linking_to(["/"])})) as site:
        first = start(site, client)
        second = first.sibling(f"{site.url}a")
        assert (first.page.title, second.page.title) == (second.page.title, first.page.title)
        site.requests.clear()
        statuses = second.links

    assert statuses[site.url] == 200
    assert "/" not in site.paths()


def test_response_to_a_link_serves_the_scan_of_the_page(client: Client) -> None:
    with served(good_site(**{"/": linking_to(["/a", "/b"]), "/a": page(), "/b": page()})) as site:
        first = start(site, client)
        first.planned = {f"{site.url}a"}
        statuses = first.links
        outcome = scanned(first.sibling(f"{site.url}a"), "meta_description")["meta_description"]

    assert statuses[f"{site.url}a"] == 200
    assert [method for method, path, _ in site.requests if path == "/a"] == ["GET"]
    assert (outcome.status, outcome.evidence["requests"]) == (PASSED, 1)


def test_failure_found_in_the_response_to_a_link_is_confirmed_by_a_new_one(client: Client) -> None:
    bad = page(headers={"X-Content-Type-Options": None})
    with served(good_site(**{"/": linking_to(["/a"]), "/a": bad})) as site:
        first = start(site, client)
        first.planned = {f"{site.url}a"}
        _ = first.links
        other = first.sibling(f"{site.url}a")
        outcomes = scanned(other, "security_header_x_content_type_options")

    assert outcomes["security_header_x_content_type_options"].status == FAILED
    assert [method for method, path, _ in site.requests if path == "/a"] == ["GET", "GET"]


def test_broken_page_is_requested_again_as_a_link(client: Client) -> None:
    with served(good_site(**{"/": linking_to(["/gone"])})) as site:
        first = start(site, client)
        with pytest.raises(Inconclusive):
            _ = first.sibling(f"{site.url}gone").page
        site.requests.clear()

        assert first.links[f"{site.url}gone"] == 404
    assert ("GET", "/gone") in [(method, path) for method, path, _ in site.requests]


def test_robots_and_sitemap_are_requested_once_for_all_pages(client: Client) -> None:
    with served(good_site(**{"/a": page()})) as site:
        first = start(site, client)
        crawler.discover(first)
        for context in (first, first.sibling(f"{site.url}a")):
            scanned(context, "indexable", "robots_txt_valid", "sitemap_valid")

    assert [site.paths().count(path) for path in ("/robots.txt", "/sitemap.xml")] == [1, 1]


def test_repetitions_of_all_pages_share_static_files(client: Client) -> None:
    uncached = Answer(b"a", headers=[("Content-Type", "text/css")])
    with served(good_site(**{"/a": page(), "/site.css": uncached})) as site:
        first = start(site, client)
        for context in (first, first.sibling(f"{site.url}a")):
            assert scanned(context, "cache_policy")["cache_policy"].status == FAILED

    assert site.paths().count("/site.css") == 2


def test_spent_budget_of_a_page_does_not_spoil_what_pages_share(client: Client) -> None:
    with served(good_site()) as site:
        shared = Memo()
        poor = PageContext(site.url, client, retry_delays=(), site=shared, budget=RequestBudget(requests=1))
        rich = PageContext(site.url, client, retry_delays=(), site=shared)
        with pytest.raises(Inconclusive):
            _ = poor.robots

        assert rich.robots.status == 200


def test_plain_http_of_an_ipv6_address_is_requested() -> None:
    with Client(policy=AddressPolicy.from_setting("::1/128"), ca_file="") as client:
        context = PageContext("https://[::1]:8443/a", client, retry_delays=())
        with pytest.raises(Inconclusive) as error:
            _ = context.http_chain

    assert "URL" not in error.value.detail  # nothing listens there
