"""Compression and caching, as older servers configure them."""

import gzip
import random
from typing import Any

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED
from tests.fakes.page_checks import run_checks
from tests.fakes.raw_servers import Server, answer, by_path, sends
from tests.fakes.website import Answer, Headers, Site, loopback_client, served

PAGE = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>A</title><script src='/a.js'></script></head></html>"
LONG = "/* a comment that is repeated */" * 100
COMPRESSED = gzip.compress(random.Random(1).randbytes(2000))
DATE, NEXT_DAY, NEXT_YEAR = (
    "Mon, 02 Mar 2026 10:00:00 GMT",
    "Tue, 03 Mar 2026 10:00:00 GMT",
    "Tue, 02 Mar 2027 10:00:00 GMT",
)


def status_of(
    key: str, headers: Headers, *, kind: str = "text/html", page: str = PAGE, script: str | bytes = LONG
) -> str:
    answers = {"/": Answer(page, headers=[("Content-Type", kind)]), "/a.js": Answer(script, headers=headers)}
    with served(Site(answers)) as site, loopback_client() as client:
        return dict(run_checks(site.url, [key], client=client, retry_delays=()))[key].status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Date", DATE), ("Expires", NEXT_YEAR)], PASSED),
        ([("Date", DATE), ("Expires", NEXT_YEAR), ("Cache-Control", "public")], PASSED),
        ([("Date", DATE), ("Expires", NEXT_DAY)], FAILED),
        ([("Date", DATE), ("Expires", NEXT_YEAR), ("Cache-Control", "max-age=60")], FAILED),
        ([("Date", DATE), ("Expires", NEXT_YEAR), ("Cache-Control", "no-cache")], FAILED),
        ([("Date", DATE), ("Expires", "0")], FAILED),
        ([("Cache-Control", "max-age=60, immutable")], PASSED),
        ([("Cache-Control", "max-age=60"), ("Cache-Control", "max-age=31536000")], FAILED),
        ([("Cache-Control", "max-age=31536000"), ("Cache-Control", "public")], PASSED),
        ([("Date", DATE), ("Expires", "Fri, 01 Jan 9999999999999 00:00:00 GMT")], FAILED),
    ],
)
def test_first_max_age_counts_and_expires_without_one(headers: Headers, status: str) -> None:
    assert status_of("cache_policy", headers) == status


def statuses_of_ttfb(slow: dict[str, Answer], *changes: dict[str, Answer]) -> list[str]:
    """Return the status with the slow answers, and that of a verification after each change."""
    with served(Site(slow)) as site, loopback_client() as client:
        asked: Any = {"client": client, "thresholds": {"ttfb": 150.0}, "retry_delays": ()}
        before = dict(run_checks(site.url, ["ttfb"], **asked))
        outcomes = [before]
        for changed in changes:
            site.answers = changed
            outcomes.append(dict(run_checks(site.url, ["ttfb"], before=before, **asked)))
    return [found["ttfb"].status for found in outcomes]


def redirected(page_delay: float, redirect_delay: float) -> dict[str, Answer]:
    return {
        "/": Answer(status=302, headers=[("Location", "/home")], delay=redirect_delay),
        "/home": Answer(PAGE, headers=[("Content-Type", "text/html")], delay=page_delay),
    }


@pytest.mark.slow
def test_slow_page_is_not_fixed_by_a_slow_redirect() -> None:
    slow = {"/": Answer(PAGE, headers=[("Content-Type", "text/html")], delay=0.3)}

    statuses = statuses_of_ttfb(slow, redirected(0.0, 0.3), redirected(0.0, 0.0), redirected(0.3, 0.0))

    assert statuses == [FAILED, FAILED, PASSED, FAILED]


@pytest.mark.slow
def test_slow_redirect_that_was_there_before_does_not_prevent_a_pass() -> None:
    assert statuses_of_ttfb(redirected(0.3, 0.3), redirected(0.0, 0.3)) == [FAILED, PASSED]


@pytest.mark.parametrize(
    "kind", ["application/x-javascript", "application/x-ecmascript", "text/javascript; charset=utf-8"]
)
def test_script_of_an_older_type_is_compressible(kind: str) -> None:
    assert status_of("text_compression", [("Content-Type", kind)]) == FAILED


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "identity, br"])
def test_every_name_of_a_compression_counts(coding: str) -> None:
    headers = [("Content-Type", "text/css"), ("Content-Encoding", coding)]

    assert status_of("text_compression", headers, script=COMPRESSED) == PASSED


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_script_that_is_not_compressed_as_its_header_says_is_not_fixed(coding: str) -> None:
    now = Answer(LONG, headers=[("Content-Type", "text/javascript"), ("Content-Encoding", coding)])

    assert verified("text_compression", PAGE, {"/a.js": now}) == (FAILED, INCONCLUSIVE, "truncated")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_page_that_is_not_compressed_as_its_header_says_is_not_fixed(coding: str) -> None:
    def wrong_for_browsers(method: str, headers: dict[str, str]) -> Answer:
        encoding = [("Content-Encoding", coding)] if "br" in headers.get("accept-encoding", "") else []
        return Answer(page, headers=[("Content-Type", "text/html"), *encoding])

    page = PAGE.replace("<script src='/a.js'></script>", f"<meta name='a' content='{LONG}'/>")

    assert verified("text_compression", page, {"/": wrong_for_browsers}) == (
        FAILED,
        INCONCLUSIVE,
        "truncated",
    )


def test_xhtml_is_compressible() -> None:
    padded = PAGE.replace("A</title>", f"A</title><meta name='a' content='{LONG}'/>")

    assert (
        status_of(
            "text_compression",
            [("Content-Type", "image/png")],
            kind="application/xhtml+xml",
            page=padded,
        )
        == FAILED
    )


def test_image_with_an_empty_address_is_no_file_of_the_page() -> None:
    text = f"<title>A</title><img src='' alt=''><img src=' ' alt=''><p>{LONG}"

    assert status_of("cache_policy", [], page=text) == NOT_APPLICABLE


def test_part_of_a_script_is_not_taken_for_a_small_one() -> None:
    html = answer(PAGE.encode(), headers=["Content-Type: text/html"])
    script = answer(b"let a = 1;", headers=["Content-Type: text/javascript"], length=50_000)
    with Server(by_path(**{"": sends(html), "a.js": sends(script)})) as server, loopback_client() as client:
        outcome = dict(run_checks(f"{server.url}/", ["text_compression"], client=client, retry_delays=()))

    assert (outcome["text_compression"].status, outcome["text_compression"].reason) == (
        INCONCLUSIVE,
        "truncated",
    )


SCRIPT = Answer(LONG, headers=[("Content-Type", "text/javascript")])
CACHED = [("Content-Type", "text/html"), ("Cache-Control", "immutable"), ("Content-Encoding", "gzip")]


@pytest.mark.parametrize("key", ["cache_policy", "text_compression"])
@pytest.mark.parametrize(
    ("replacement", "status"),
    [
        (Answer("gone", 404), INCONCLUSIVE),
        (Answer(status=302, headers=[("Location", "/gone.js")]), INCONCLUSIVE),
        (Answer(status=302, headers=[("Location", "http://127.0.0.9/a.js")]), INCONCLUSIVE),
        (Answer(status=302, headers=[("Location", "/b.js")]), FAILED),
        (Answer("let", 206), INCONCLUSIVE),
        (Answer(status=204), INCONCLUSIVE),
        (Answer(headers=CACHED), INCONCLUSIVE),
        (Answer(gzip.compress(b"<title>Sorry</title>"), headers=CACHED), INCONCLUSIVE),
    ],
)
def test_asset_that_is_not_sent_is_not_fixed(key: str, replacement: Answer, status: str) -> None:
    page = Answer(PAGE, headers=[("Content-Type", "text/html")])
    site = Site({"/": page, "/a.js": SCRIPT, "/b.js": SCRIPT})
    with served(site), loopback_client() as client:
        before = dict(run_checks(site.url, [key], client=client, retry_delays=()))
        site.answers["/a.js"] = replacement
        after = dict(run_checks(site.url, [key], client=client, before=before, retry_delays=()))

    assert (before[key].status, after[key].status) == (FAILED, status)


@pytest.mark.parametrize("key", ["cache_policy", "text_compression"])
def test_asset_is_judged_where_its_redirect_leads(key: str) -> None:
    page = Answer(PAGE, headers=[("Content-Type", "text/html")])
    redirect = Answer(status=302, headers=[("Location", "/b.js")])
    with served(Site({"/": page, "/a.js": redirect, "/b.js": SCRIPT})) as site, loopback_client() as client:
        outcome = dict(run_checks(site.url, [key], client=client, retry_delays=()))[key]

    assert outcome.status == FAILED


def verified(key: str, page: str, change: dict[str, Answer]) -> tuple[str, str, str | None]:
    """Verify the page after the site was changed: (status before, status after, reason)."""
    site = Site({"/": Answer(page, headers=[("Content-Type", "text/html")]), "/a.js": SCRIPT})
    site.answers |= {f"/{n}.js": Answer("let a", headers=CACHED_SCRIPT) for n in range(12)}
    with served(site), loopback_client() as client:
        before = dict(run_checks(site.url, [key], client=client, retry_delays=()))
        site.answers |= change
        after = dict(run_checks(site.url, [key], client=client, before=before, retry_delays=()))
    return before[key].status, after[key].status, after[key].reason


CACHED_SCRIPT = [("Content-Type", "text/javascript"), ("Cache-Control", "immutable")]


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "image/png"])
def test_script_that_is_sent_as_another_kind_of_file_is_not_compressed(kind: str | None) -> None:
    now = Answer(LONG, headers=[("Content-Type", kind)] if kind else [])

    assert verified("text_compression", PAGE, {"/a.js": now}) == (FAILED, INCONCLUSIVE, "target_missing")


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/lamp.jpg", (FAILED, PASSED, None)),
        ("/lamp.svg", (FAILED, INCONCLUSIVE, "blocked")),
        ("/lamp", (FAILED, INCONCLUSIVE, "blocked")),
    ],
)
def test_image_that_is_refused_has_no_text_to_compress(
    path: str, expected: tuple[str, str, str | None], status: int
) -> None:
    page = PAGE.replace("</head>", f"</head><img src='{path}'/>")
    compressed = Answer(COMPRESSED, headers=[*CACHED_SCRIPT, ("Content-Encoding", "gzip")])
    now = {"/a.js": compressed, path: Answer("no", status)}

    assert verified("text_compression", page, now) == expected


def test_document_without_a_content_type_is_compressible() -> None:
    page = PAGE.replace("<script src='/a.js'></script>", f"<meta name='a' content='{LONG}'/>")

    assert verified("text_compression", page, {"/": Answer(page)}) == (FAILED, FAILED, None)


@pytest.mark.parametrize("key", ["cache_policy", "text_compression"])
def test_script_with_the_fault_is_judged_behind_many_others(key: str) -> None:
    further = "".join(f"<script src='/{n}.js'></script>" for n in range(12))
    now = Answer(PAGE.replace("<script", f"{further}<script"), headers=[("Content-Type", "text/html")])

    assert verified(key, PAGE, {"/": now}) == (FAILED, FAILED, None)
