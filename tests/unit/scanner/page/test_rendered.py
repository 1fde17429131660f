"""The rendered page: visited once for all checks, and only if it meets the preconditions."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import trustme

from krafter_audit.http.client import AddressPolicy, Client, HostThrottle, ParsedUrl, RequestCredentials
from scanner.browser import browser as browsing
from scanner.browser.browser import Browser
from scanner.browser.chromium import ChromiumOptions
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page.context import PageContext
from scanner.page_visit import PageSnapshot, axe, device_profile, document, network_monitor, visit, visit_page
from scanner.page_visit.scripts import MAX_SCRIPT_LENGTH, minifiable_of
from scanner.preconditions import Inconclusive
from scans.worker.browser import chromium_options
from tests.fakes.page_checks import run_checks
from tests.fakes.raw_servers import Dns
from tests.fakes.website import Answer, Site, UnverifiedPolicy, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import html
from tests.unit.scanner.checks.check_kinds import BY_BROWSER

pytestmark = pytest.mark.usefixtures("short_quiet_time")
HTML = [("Content-Type", "text/html; charset=utf-8")]
# After the first paint, whenever that comes: what moves or blocks before it does not count.
JUMPS_AND_BLOCKS = """<body><h1>Hello</h1><script>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
        const end = performance.now() + 300; while (performance.now() < end);
        document.querySelector('h1').style.marginTop = '300px' }, 30)))</script>"""
FIXES_ITSELF = "<script>document.querySelector('img').alt = 'A lamp'; document.title = 'Lamps'</script>"
FAULTY_UNTIL_RENDERED = html(replace=(' alt="A lamp"', ""), add=FIXES_ITSELF)


def plain(text: str, status: int = 200) -> Answer:
    return Answer(text, status, HTML)


def run_checks_on(answers: dict[str, Any], *keys: str, **options: Any) -> dict[str, Outcome]:
    with served(Site(answers)) as site, loopback_client() as client:
        return dict(run_checks(site.url, keys, client=client, **{"retry_delays": (), **options}))


@pytest.mark.needs_chromium
def test_axe_check_takes_one_visit_and_records_the_tools(chrome: Browser) -> None:
    result = run_checks_on({"/": plain(html())}, "a11y_color_contrast", browser=chrome)["a11y_color_contrast"]

    assert result.status == PASSED
    assert {name: result.evidence[name] for name in ("method", "visits", "profile")} == {
        "method": "browser",
        "visits": 1,
        "profile": device_profile.as_evidence(throttled=False),
    }
    assert set(result.evidence["tools"]) == {"axe", "chromium"}
    assert result.evidence["identity"]["rendered_title"] == "Delivery and returns – Example Shop"


@pytest.mark.needs_chromium
def test_axe_check_judges_the_page_after_its_scripts(chrome: Browser) -> None:
    result = run_checks_on({"/": plain(FAULTY_UNTIL_RENDERED)}, "a11y_image_alt", browser=chrome)[
        "a11y_image_alt"
    ]

    assert (result.status, result.evidence["method"]) == (PASSED, "browser")


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([("Content-Type", "text/plain")], "target_missing"),
        ([("Content-Type", "application/json")], "target_missing"),
        ([*HTML, ("Content-Disposition", 'attachment; filename="page.html"')], "target_missing"),
        ([*HTML, ("Content-Encoding", "gzip")], "truncated"),
    ],
    ids=["text", "JSON", "download", "undecodable"],
)
def test_document_that_the_browser_shows_in_place_of_a_page_is_not_judged(
    headers: list[tuple[str, str]], reason: str, chrome: Browser
) -> None:
    started = time.monotonic()
    outcomes = run_checks_on(
        {"/": Answer(html(), headers=headers)}, "a11y_document_title", "dom_size", "doctype", browser=chrome
    )

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, reason)}
    assert time.monotonic() - started < 10


@pytest.mark.needs_chromium
def test_size_of_a_page_is_judged_where_axe_would_take_too_long(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(axe, "MAX_PAGE_ELEMENTS", 2000)
    large = plain(html(add="<i></i>" * 2000))

    outcomes = run_checks_on({"/": large}, "a11y_image_alt", "dom_size", browser=chrome)

    assert {key: (outcome.status, outcome.reason) for key, outcome in outcomes.items()} == {
        "a11y_image_alt": (INCONCLUSIVE, "not_available"),
        "dom_size": (FAILED, None),
    }


@pytest.mark.needs_chromium
def test_page_is_judged_where_axe_does_not_finish(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axe, "MAX_SECONDS", 0.01)
    large = plain(html(add="<p><i>Lamps</i></p>" * 1000))
    keys = ("a11y_image_alt", "a11y_color_contrast", "dom_size", "title_present")

    outcomes = run_checks_on({"/": large}, *keys, browser=chrome)

    assert {key: (outcome.status, outcome.reason) for key, outcome in outcomes.items()} == {
        "a11y_image_alt": (INCONCLUSIVE, "not_available"),
        "a11y_color_contrast": (INCONCLUSIVE, "not_available"),
        "dom_size": (FAILED, None),
        "title_present": (PASSED, None),
    }
    assert "did not finish" in outcomes["a11y_image_alt"].evidence["detail"]


@pytest.mark.needs_chromium
def test_slow_rules_run_last_on_a_large_page(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axe, "MAX_ELEMENTS_IN_ONE_RUN", 10)
    faulty = plain(html(replace=(' alt="A lamp"', ""), add='<p style="color: #ccc">Lamps</p>'))

    outcomes = run_checks_on({"/": faulty}, "a11y_color_contrast", "a11y_image_alt", browser=chrome)

    assert {outcome.status for outcome in outcomes.values()} == {FAILED}


@pytest.mark.needs_chromium
def test_no_screenshot_of_a_large_page_is_taken(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axe, "MAX_PAGE_ELEMENTS", 20)
    with served(Site({"/": plain(html())})) as site:
        snapshot = visit_page(chrome, site.url, screenshots=True)

    assert (snapshot.elements > 20, snapshot.screenshots) == (True, {})


@pytest.mark.needs_chromium
def test_page_whose_policy_disables_scripts_is_judged_without_axe(chrome: Browser) -> None:
    sandboxed = Answer(html(), headers=[*HTML, ("Content-Security-Policy", "sandbox")])

    outcomes = run_checks_on({"/": sandboxed}, "a11y_image_alt", "dom_size", browser=chrome)

    assert {key: (outcome.status, outcome.reason) for key, outcome in outcomes.items()} == {
        "a11y_image_alt": (INCONCLUSIVE, "not_available"),
        "dom_size": (PASSED, None),
    }


IN_SHADOW_ROOTS = """<x-a></x-a><script>
    customElements.define("x-b", class extends HTMLElement { constructor() {
        super();
        this.attachShadow({mode: "open"}).innerHTML = '<img src="/a.png"><a href="javascript:f()">Open</a>' } })
    customElements.define("x-a", class extends HTMLElement { constructor() {
        super(); this.attachShadow({mode: "open"}).innerHTML = "<p>Hello <x-b></x-b></p>" } })
    </script>"""


@pytest.mark.needs_chromium
def test_content_of_shadow_roots_is_judged(chrome: Browser) -> None:
    keys = ["a11y_image_alt", "image_dimensions", "crawlable_anchors", "title_present"]

    outcomes = run_checks_on({"/": plain(html(add=IN_SHADOW_ROOTS))}, *keys, browser=chrome)

    assert [outcomes[key].status for key in keys] == [FAILED, FAILED, FAILED, PASSED]


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("end", "expected"),
    [("</p></body></html>", (PASSED, None)), ("</body></html>", (INCONCLUSIVE, "truncated"))],
    ids=["well-formed", "malformed"],
)
def test_malformed_xhtml_of_which_browsers_show_a_part_is_not_judged(
    end: str, expected: tuple[str, str | None], chrome: Browser
) -> None:
    root = '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>A page of lamps</title></head>'
    page = Answer(
        f"{root}<body><h1>Lamps</h1><p>Text{end}", headers=[("Content-Type", "application/xhtml+xml")]
    )

    found = run_checks_on({"/": page}, "link_text", browser=chrome)["link_text"]

    assert (found.status, found.reason) == expected


@pytest.mark.needs_chromium
@pytest.mark.parametrize("status", [429, 503])
def test_page_whose_style_sheet_is_temporarily_refused_is_not_judged(status: int, chrome: Browser) -> None:
    refused = {"/site.css": Answer("slow down", status), "/site.js": Answer("", 404)}

    outcomes = run_checks_on({"/": plain(html()), **refused}, "a11y_color_contrast", browser=chrome)

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, "blocked")}


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, (INCONCLUSIVE, "blocked")) for status in (401, 403, 500, 503)),
        (404, (PASSED, None)),
    ],
)
def test_element_that_a_script_can_not_request_at_the_moment_is_not_fixed(
    status: int, expected: tuple[str, str | None], chrome: Browser
) -> None:
    script = (
        "fetch('/part').then(async part => { if (part.ok) document.body.innerHTML += await part.text() })"
    )
    answers = {
        "/": plain(html(add=f"<script>{script}</script>")),
        "/part": Answer('<img src="/lamp.png">', headers=[("Content-Type", "text/html")]),
    }
    keys = ["a11y_image_alt", "image_dimensions"]
    with served(Site(answers)) as site, loopback_client() as client:
        before = dict(run_checks(site.url, keys, client=client, browser=chrome, retry_delays=()))
        site.answers["/part"] = Answer("sorry", status)
        after = dict(
            run_checks(site.url, keys, client=client, browser=chrome, before=before, retry_delays=())
        )

    assert {outcome.status for outcome in before.values()} == {FAILED}
    assert {(outcome.status, outcome.reason) for outcome in after.values()} == {expected}


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("path", "key"), [("/site.css", "a11y_color_contrast"), ("/site.js", "a11y_button_name")]
)
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (Answer("gone", 404), (INCONCLUSIVE, "blocked")),
        (Answer("error", 500), (INCONCLUSIVE, "blocked")),
        (plain("<title>Not found</title>"), (INCONCLUSIVE, "blocked")),
        (Answer(""), (PASSED, None)),
    ],
    ids=["gone", "error", "error page with status 200", "fixed"],
)
def test_page_without_a_file_that_it_had_is_not_fixed(
    path: str, key: str, file: Answer, expected: tuple[str, str | None], chrome: Browser
) -> None:
    script = "onload = () => document.body.append(document.createElement('button'))"
    answers = {
        "/": plain(html()),
        "/site.css": Answer("h1 { color: #eee }", headers=[("Content-Type", "text/css")]),
        "/site.js": Answer(script, headers=[("Content-Type", "text/javascript")]),
    }
    with served(Site(answers)) as site, loopback_client() as client:
        before = dict(run_checks(site.url, [key], client=client, browser=chrome, retry_delays=()))
        site.answers[path] = file
        after = dict(
            run_checks(site.url, [key], client=client, browser=chrome, before=before, retry_delays=())
        )

    assert (before[key].status, after[key].status, after[key].reason) == (FAILED, *expected)


@pytest.mark.needs_chromium
def test_request_that_also_failed_when_the_finding_was_made_blocks_no_verification(chrome: Browser) -> None:
    page = html(add="<script>fetch('/stock?at=1')</script><img src=/lamp.png>")
    down = Answer("sorry", 503)
    site = Site({"/": plain(page), "/stock?at=1": down, "/stock?at=2": down})
    with served(site), loopback_client() as client:
        before = dict(
            run_checks(site.url, ["a11y_image_alt"], client=client, browser=chrome, retry_delays=())
        )
        site.answers["/"] = plain(page.replace("<img", "<img alt=Lamp").replace("at=1", "at=2"))
        after = dict(
            run_checks(
                site.url, ["a11y_image_alt"], client=client, browser=chrome, before=before, retry_delays=()
            )
        )

    assert (before["a11y_image_alt"].status, after["a11y_image_alt"].status) == (FAILED, PASSED)


@pytest.mark.needs_chromium
@pytest.mark.parametrize("path", ["/site.css", "/site.js"])
def test_page_whose_style_sheet_or_script_is_not_received_is_not_judged(path: str, chrome: Browser) -> None:
    outcomes = run_checks_on(
        {"/": plain(html()), path: Answer(hang_up=True)}, "a11y_color_contrast", browser=chrome
    )

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, "blocked")}


@pytest.mark.needs_chromium
def test_page_with_a_script_of_a_host_that_does_not_exist_is_judged(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    dns = Dns({"shop.example": [["127.0.0.1"]]})
    monkeypatch.setattr("socket.getaddrinfo", dns.getaddrinfo)
    text = html().replace("/site.js", "http://old.shop.example/site.js")
    with served(Site({"/": plain(text)})) as site, loopback_client() as client:
        url = site.url.replace("127.0.0.1", "shop.example")
        outcome = dict(run_checks(url, ["dom_size"], client=client, browser=chrome, retry_delays=()))

    assert outcome["dom_size"].status == PASSED


@pytest.mark.needs_chromium
def test_refused_script_of_a_frame_is_no_part_of_the_page(chrome: Browser) -> None:
    frame = plain("<title>Map</title><script src=/map.js></script>")
    answers = {"/": plain(html()), "/map": frame, "/map.js": Answer("slow down", 429)}

    assert run_checks_on(answers, "dom_size", browser=chrome)["dom_size"].status == PASSED


@pytest.mark.needs_chromium
def test_page_is_visited_again_after_its_style_sheet_was_refused(chrome: Browser) -> None:
    answers = {"/": plain(html()), "/site.css": [Answer("slow down", 429), Answer("", 200)]}

    outcomes = run_checks_on(answers, "a11y_color_contrast", browser=chrome, retry_delays=(0,))

    assert outcomes["a11y_color_contrast"].status == PASSED


def test_browser_checks_are_inconclusive_without_a_browser() -> None:
    outcomes = run_checks_on({"/": plain(html())}, *BY_BROWSER)

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {
        (INCONCLUSIVE, "not_available")
    }


def test_checks_are_inconclusive_when_the_browser_does_not_start() -> None:
    options = ChromiumOptions(executable="/nowhere/chromium")
    with Browser(policy=AddressPolicy.from_setting("127.0.0.0/8"), options=options) as broken:
        result = run_checks_on({"/": plain(html())}, "a11y_image_alt", browser=broken)["a11y_image_alt"]

    assert (result.status, result.reason) == (INCONCLUSIVE, "not_available")


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("location = 'http://10.0.0.1/'", "blocked"),
        ("location = '/login'", "login_wall"),
        ("location = '/broken'", "blocked"),
        ("document.title = '404 Not Found'", "target_missing"),
        ("document.body.remove()", "target_missing"),
        (
            "(function busy() { for (const end = Date.now() + 99; Date.now() < end; ); setTimeout(busy) })()",
            "timeout",
        ),
    ],
)
def test_page_replaced_by_scripts_is_inconclusive(
    script: str, reason: str, chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "timeout":
        monkeypatch.setattr(visit, "IDLE_TIMEOUT", 1)
    answers = {
        "/": plain(html(add=f"<script>{script}</script>")),
        "/login": plain("<title>Sign in</title><form><label>Password <input type=password></label></form>"),
        "/broken": plain("<title>Error</title>", 500),
    }
    result = run_checks_on(
        answers, "a11y_image_alt", browser=chrome, before={"a11y_image_alt": Outcome(FAILED)}
    )

    assert (result["a11y_image_alt"].status, result["a11y_image_alt"].reason) == (INCONCLUSIVE, reason)


@pytest.mark.needs_chromium
def test_polling_page_counts_as_idle(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_monitor, "LONG_LIVED_AFTER", 0.2)
    answers = {
        "/": plain(html(add="<script>setInterval(() => fetch('/news'), 100)</script>")),
        "/news": plain("{}"),
    }

    assert run_checks_on(answers, "a11y_image_alt", browser=chrome)["a11y_image_alt"].status == PASSED


@pytest.mark.needs_chromium
def test_script_redirect_to_another_site_is_inconclusive(chrome: Browser) -> None:
    with served(Site({"/": plain(html())}), host="127.0.0.2") as elsewhere:
        leads = plain(html(add=f"<script>location = '{elsewhere.url}'</script>"))
        result = run_checks_on({"/": leads}, "a11y_image_alt", browser=chrome)["a11y_image_alt"]

    assert (result.status, result.reason) == (INCONCLUSIVE, "offsite_redirect")


@pytest.mark.needs_chromium
def test_unused_and_unminified_scripts_fail(chrome: Browser) -> None:
    idle = "function idle() { return '" + "x" * 30_000 + "'; }"
    loose = "var a = 1; // a remark that nobody needs\n" * 150
    script = [("Content-Type", "text/javascript")]
    keys = ("minified_js", "unused_js")

    def outcome_of_script(code: str) -> list[tuple[str, Any]]:
        answers = {
            "/": plain("<h1>Hello</h1><script src=/a.js></script>"),
            "/a.js": Answer(code, headers=script),
        }
        return [
            (outcome.status, outcome.value)
            for outcome in run_checks_on(answers, *keys, browser=chrome).values()
        ]

    assert outcome_of_script(idle + loose) == [(FAILED, None), (FAILED, 29.326)]
    assert outcome_of_script("idle();" + idle) == [(PASSED, None), (PASSED, 0.0)]


@pytest.mark.needs_chromium
def test_inline_script_is_as_large_as_its_code(chrome: Browser) -> None:
    keys = ("minified_js", "unused_js")
    text = "<p>A sentence of the page.</p>\n" * 3000

    def outcomes(code: str) -> list[Outcome]:
        return list(
            run_checks_on({"/": plain(f"{text}<script>{code}</script>")}, *keys, browser=chrome).values()
        )

    small, large = "var a = 1;   // a remark\n function idle() { return a }", "var b = 1; // a remark\n" * 200
    idle = "function idle() { return '" + "x" * 30_000 + "'; }"

    assert [(outcome.status, outcome.value) for outcome in outcomes(small)] == [
        (PASSED, None),
        (PASSED, 0.027),
    ]
    unminified, unused = outcomes(large + idle)
    assert (unminified.status, unused.value) == (FAILED, 29.326)
    assert " inline: var b = 1; // a remark var b" in unminified.evidence["faults"][0]


@pytest.mark.parametrize(
    ("source", "spare"),
    [
        ("a = 1;", 2),
        ("a=/[/]'/;b='  // no'; // yes", 7),
        ("return /  '/", 1),
        ("a / b / c", 4),
        ("`  ${ a }  `", 0),
        ("/*! licence */a/* x */", 7),
    ],
)
def test_minifiable_characters_are_white_space_and_comments(source: str, spare: int) -> None:
    assert minifiable_of(source) == spare


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("start", "unit", "minifiable"),
    [
        ("", "/* ", True),
        ('"', '\\"', False),
        ("`", "\\`", False),
        ("(", "/[", False),
        ("", "/[x)", False),
        ("", "(/\\\n[", False),
    ],
)
def test_script_that_closes_nothing_is_read_in_linear_time(start: str, unit: str, minifiable: bool) -> None:
    source = start + unit * (MAX_SCRIPT_LENGTH // len(unit))

    # In quadratic time, each would take hours.
    assert (minifiable_of(source) > MAX_SCRIPT_LENGTH / 2) == minifiable


@pytest.mark.needs_chromium
def test_throttled_load_is_slower_and_measures_shifts_and_long_tasks(chrome: Browser) -> None:
    # Painted first: what moves before it was ever shown is no shift.
    with served(Site({"/": plain(JUMPS_AND_BLOCKS)})) as site:
        seen = [load_after_the_jump(chrome, site.url, throttled=throttled) for throttled in (False, True)]

    fast, timed = (snapshot.vitals for snapshot in seen)
    assert [vitals.cls > 0.1 for vitals in (fast, timed)] == [True, True]
    assert [200 < vitals.tbt < 400 for vitals in (fast, timed)] == [True, True]
    assert fast.lcp < 500 < timed.fcp <= timed.lcp
    assert [snapshot.transfer_size > 0 for snapshot in seen] == [True, False]


def load_after_the_jump(browser: Browser, url: str, *, throttled: bool) -> PageSnapshot:
    """Retry up to three times: with the short idle time of these tests, a busy machine may be idle before the shift."""
    for _ in range(3):
        seen = visit_page(browser, url, throttled=throttled)
        if seen.vitals.cls > 0.1:
            break
    return seen


@pytest.mark.needs_chromium
def test_page_with_a_tenth_of_its_elements_is_inconclusive(chrome: Browser) -> None:
    key = "a11y_image_alt"
    before = {key: Outcome(FAILED, evidence={"page_elements": 900})}

    result = run_checks_on({"/": plain(html())}, key, browser=chrome, before=before)[key]

    assert (result.status, result.reason) == (INCONCLUSIVE, "target_missing")


@pytest.mark.needs_chromium
def test_long_list_that_has_pages_now_is_small_enough_with_a_tenth_of_its_elements(chrome: Browser) -> None:
    rows = [f"<p><b>Lamp {number}</b></p>" for number in range(900)]
    before = run_checks_on({"/": plain(html(add="".join(rows)))}, "dom_size", browser=chrome)

    after = run_checks_on(
        {"/": plain(html(add="".join(rows[:20])))}, "dom_size", browser=chrome, before=before
    )

    assert [outcomes["dom_size"].status for outcomes in (before, after)] == [FAILED, PASSED]


@pytest.mark.needs_chromium
def test_axe_incomplete_is_inconclusive_unless_it_was_before(chrome: Browser) -> None:
    key, unsure = (
        "a11y_color_contrast",
        '<footer><p style="background:url(/x.png)">Over a picture</p></footer>',
    )
    answers = {"/": plain(html(add=unsure))}

    first = run_checks_on(answers, key, browser=chrome)[key]
    again = run_checks_on(answers, key, browser=chrome, before={key: first})[key]

    assert (first.status, first.reason, len(first.evidence["needs_review"])) == (
        INCONCLUSIVE,
        "not_available",
        1,
    )
    assert again.status == PASSED


@pytest.mark.needs_chromium
def test_site_credentials_are_sent_to_their_origin_only(authority: trustme.CA, ca_file: str) -> None:
    options = replace(chromium_options(), ca_file=ca_file)
    inside = html(add='<p class="who">Ada</p><img src="{other}x.png" alt=""><script>fetch("/data")</script>')

    def answer(method: str, headers: dict[str, str]) -> Answer:
        if headers.get("x-staging-key") != "k3y-4-staging":
            return plain("<title>Sign in</title>")
        return Answer(inside.replace("{other}", other.url), headers=[*HTML, ("Set-Cookie", "seen=1; Secure")])

    staging, other = Site({"/": answer, "/data": plain("{}")}), Site()
    with served(other, tls_context(authority)), served(staging, tls_context(authority)):
        credentials = RequestCredentials(
            staging.url.rstrip("/"),
            {"X-Staging-Key": "k3y-4-staging"},
            {"session": "c00kie"},
            selector=".who",
        )
        with (
            loopback_client(ca_file, credentials=credentials) as client,
            Browser(policy=client.policy, options=options) as browser,
        ):
            result = dict(
                run_checks(staging.url, ["a11y_image_alt"], client=client, browser=browser, retry_delays=())
            )

    def received_credentials(site: Site) -> set[tuple[str, str | None, str | None]]:
        requests = [(path, headers) for _, path, headers in site.requests if headers.get("sec-fetch-site")]
        return {(path, headers.get("x-staging-key"), headers.get("cookie")) for path, headers in requests}

    assert result["a11y_image_alt"].status == PASSED
    assert received_credentials(other) == {
        ("/x.png", None, "seen=1")
    }  # the site's own cookie: cookies ignore ports
    assert received_credentials(staging) >= {
        ("/", "k3y-4-staging", "session=c00kie"),
        ("/data", "k3y-4-staging", "session=c00kie; seen=1"),
    }


@pytest.mark.needs_chromium
def test_repetition_runs_only_violated_and_unpassed_rules(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_rules: list[set[str]] = []
    run = axe.run
    monkeypatch.setattr(
        axe, "run", lambda page, rules, **more: run_rules.append(set(rules)) or run(page, rules, **more)
    )
    before = {"a11y_label": Outcome(FAILED), "a11y_link_name": Outcome(PASSED)}
    page = {"/": plain(html(replace=(' alt="A lamp"', "")))}
    keys = ("a11y_label", "a11y_link_name", "a11y_image_alt", "a11y_document_title")

    result = run_checks_on(page, *keys, browser=chrome, before=before)

    assert {key: outcome.status for key, outcome in result.items()} == {
        "a11y_label": PASSED,
        "a11y_link_name": PASSED,
        "a11y_image_alt": FAILED,
        "a11y_document_title": PASSED,
    }
    assert run_rules == [{"label", "link-name", "image-alt", "document-title"}, {"label", "image-alt"}]


class CountingThrottle(HostThrottle):
    """Notes each request: those that take a slot, those that are only recorded, and pauses."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    @contextmanager
    def slot(self, url: ParsedUrl) -> Iterator[float]:
        self.seen.append(("slot", url.path))
        yield 0.0

    def record(self, url: ParsedUrl) -> None:
        self.seen.append(("record", url.path))

    def back_off(self, url: ParsedUrl, seconds: float) -> None:
        self.seen.append(("back off", f"{seconds:g}"))


@pytest.mark.needs_chromium
def test_visit_takes_a_slot_and_its_other_requests_are_recorded(chrome: Browser) -> None:
    page = html(add="<script>fetch('/news')</script>").replace("<body>", "<body><img src=/a.png>")
    site, throttle = Site({"/": plain(page), "/news": plain("{}")}), CountingThrottle()
    with served(site), loopback_client(throttle=throttle) as client:
        dict(run_checks(site.url, ["dom_size", "cls"], client=client, browser=chrome, retry_delays=()))

    assert [path for kind, path in throttle.seen if kind == "slot"] == ["/", "/"]
    recorded = [path for kind, path in throttle.seen if kind == "record"]
    assert {path: recorded.count(path) for path in ("/", "/news", "/a.png")} == {
        "/": 0,
        "/news": 2,
        "/a.png": 2,
    }
    assert len(throttle.seen) == len(site.paths())


@pytest.mark.needs_chromium
@pytest.mark.parametrize(("status", "requests"), [(503, 3), (404, 2), (403, 2)])
def test_error_page_is_left_at_once_and_requested_again_in_an_outage_only(
    status: int, requests: int, chrome: Browser
) -> None:
    body = "<title>Error</title><script>for (;;) {}</script>"
    answer = Answer(body, status, [*HTML, ("Retry-After", "7")])
    site, throttle = Site({"/": answer}), CountingThrottle()
    with served(site), loopback_client(throttle=throttle) as client:
        keys = ["a11y_image_alt", "dom_size"]
        result = dict(run_checks(site.url, keys, client=client, browser=chrome, retry_delays=(0,)))

    assert {outcome.status for outcome in result.values()} == {INCONCLUSIVE}
    assert site.paths().count("/") == requests  # one by the browser, the others plain ones
    pauses = [what for what in throttle.seen if what[0] == "back off"]
    assert pauses == [("back off", "7")] * (requests if status == 503 else 0)


@pytest.mark.needs_chromium
def test_outage_that_ends_is_followed_by_a_visit(chrome: Browser) -> None:
    answers = {"/": [plain("down", 503), plain("down", 503), plain(html())]}

    site = Site(answers)
    with served(site), loopback_client() as client:
        result = dict(
            run_checks(site.url, ["a11y_image_alt"], client=client, browser=chrome, retry_delays=(0,))
        )

    assert (result["a11y_image_alt"].status, site.paths().count("/")) == (PASSED, 4)


@pytest.mark.needs_chromium
def test_site_without_an_answer_costs_no_long_visit(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "RESPONSE_TIMEOUT", 0.5)
    site = Site({"/": Answer(hang_up=True), "/slow": Answer("late", delay=40)})
    with served(site), loopback_client() as client:
        started = time.monotonic()
        reasons = [
            dict(run_checks(url, ["dom_size"], client=client, browser=chrome, retry_delays=(0,)))[
                "dom_size"
            ].reason
            for url in (site.url, f"{site.url}slow", "http://127.0.0.1:9/")
        ]

    assert reasons == ["blocked", "timeout", "blocked"]
    assert time.monotonic() - started < 30
    assert site.paths().count("/slow") == 1


class OneHost:
    """One host is verified."""

    def covers(self, host: str) -> bool:
        return host == "127.0.0.1"


@pytest.mark.needs_chromium
@pytest.mark.parametrize("key", ["dom_size", "cls"])
def test_verified_host_is_visited_and_a_redirect_to_another_site_is_left(key: str, chrome: Browser) -> None:
    policy = UnverifiedPolicy.from_setting("127.0.0.0/8")
    chrome.begin_run(policy)
    other = Site({"/": plain(html(add="<script>fetch('/loaded')</script>"))})
    with served(other, host="127.0.0.2"), served(Site()) as site, Client(policy=policy) as client:
        redirect = Answer(status=302, headers=[("Location", other.url)])
        # A frame is no page: the browser loads those of other sites for every visitor.
        framed = html(add=f'<iframe src="{other.url}frame" title="A frame"></iframe>')
        site.answers = {"/": plain(framed), "/moved": redirect}
        contexts = [
            PageContext(url, client, retry_delays=(), owned_hosts=OneHost(), browser=chrome)
            for url in (site.url, f"{site.url}moved", other.url)
        ]
        result = [dict(run_checks(context.url, [key], context=context))[key] for context in contexts]

    assert [(outcome.status, outcome.reason) for outcome in result] == [
        (PASSED, None),
        (INCONCLUSIVE, "offsite_redirect"),
        (INCONCLUSIVE, "not_available"),
    ]
    pages = [headers for _, path, headers in other.requests if path == "/"]
    assert [headers.get("sec-fetch-mode") for headers in pages] == [None, None]  # plain requests only
    assert "/loaded" not in other.paths()
    assert "/frame" in other.paths()


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("page", "is_static"),
    [
        ("<p>Text</p>", True),
        ("<p onclick='go()'>Text</p>", False),
        ("<p>Text</p><svg/onload=go()></svg>", False),
        ("<p>Text</p><img src='/a'onerror='go()' alt=''>", False),
        ("<script>1</script>", False),
        ("<svg><script>1</script></svg>", False),
        ("<a href='javascript:go()'>Go</a>", False),
        ("<iframe src=/frame></iframe>", False),
        ("<meta http-equiv=refresh content=9>", False),
        ("<style>@keyframes a { to { left: 0 } } p { animation: a 9s }</style><p>Text</p>", False),
    ],
)
def test_only_a_page_without_scripts_is_ready_at_once(
    page: str, *, is_static: bool, chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    wait = visit._PageVisit._wait_until_idle
    monkeypatch.setattr(
        visit._PageVisit, "_wait_until_idle", lambda self, quiet: waited.append(quiet) or wait(self, quiet)
    )
    with served(Site({"/": plain(f"<!doctype html><title>A</title><body><h1>Painted</h1>{page}")})) as site:
        visit_page(chrome, site.url)

    assert waited == [visit.STATIC_QUIET_SECONDS if is_static else visit.QUIET_SECONDS]


@pytest.mark.needs_chromium
def test_content_that_a_script_adds_soon_after_the_load_is_seen(chrome: Browser) -> None:
    late = "<script>setTimeout(() => document.body.append(document.createElement('img')), 150)</script>"
    with served(Site({"/": plain(f"<title>A</title><p>Text</p>{late}")})) as site:
        assert visit_page(chrome, site.url).elements == 3


@pytest.mark.needs_chromium
def test_own_injection_of_axe_is_no_long_task_of_the_page(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = axe.source()
    slow = "for (const end = performance.now() + 400; performance.now() < end; );"
    monkeypatch.setattr(axe, "source", lambda: f"{slow}{source}")
    waits: list[float] = []
    since = visit._PageVisit._since_long_task
    monkeypatch.setattr(
        visit._PageVisit, "_since_long_task", lambda self: waits.append(since(self)) or waits[-1]
    )
    with served(Site({"/": plain(html(add="<script>1</script>"))})) as site:
        visit_page(chrome, site.url, rules=["image-alt"])

    assert waits[0] > 0.4


@pytest.mark.needs_chromium
def test_throttling_ends_before_the_page_is_read(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    stop, rendered = device_profile.stop_throttling, document.MainDocument.rendered
    monkeypatch.setattr(
        device_profile, "stop_throttling", lambda session: order.append("stop") or stop(session)
    )
    monkeypatch.setattr(
        document.MainDocument,
        "rendered",
        lambda self, **options: order.append("read") or rendered(self, **options),
    )
    with served(Site({"/": plain(html())})) as site:
        visit_page(chrome, site.url, throttled=True)

    assert order == ["stop", "read"]


@pytest.mark.needs_chromium
def test_lab_metric_takes_one_load_which_is_the_request_of_the_page(chrome: Browser) -> None:
    site = Site({"/": plain(html())})
    with served(site), loopback_client() as client:
        context = PageContext(site.url, client, retry_delays=(), browser=chrome)
        context.rendered.save_screenshot = lambda image: f"{image[:2]!r}"
        result = dict(run_checks(site.url, ["cls"], context=context))["cls"]

    assert (result.status, result.evidence["visits"], site.paths().count("/")) == (PASSED, 1, 1)
    assert result.evidence["identity"]["rendered_title"] == "Delivery and returns – Example Shop"
    assert result.evidence["screenshots"] == {"screen": "b'\\xff\\xd8'"}


@pytest.mark.needs_chromium
def test_further_loads_for_the_first_paint_end_with_it(chrome: Browser) -> None:
    loaded = "const request = new XMLHttpRequest(); request.open('GET', '/loaded', false); request.send()"
    page = html(add=f"<img src=/slow.png><script>onload = () => {{ {loaded} }}</script>")
    # Only the first load is complete.
    site = Site({"/": plain(page), "/slow.png": [Answer(), Answer(delay=30)], "/loaded": plain("{}")})
    with served(site), loopback_client() as client:
        rendered = PageContext(site.url, client, retry_delays=(), browser=chrome).rendered
        paints = rendered.first_paints(3)
        loads = rendered.throttled_loads(1)

    assert paints[0] == loads[0].fcp
    assert all(device_profile.LATENCY_MS < paint < 10_000 for paint in paints)
    assert rendered.as_evidence(throttled=True)["visits"] == 3
    assert (site.paths().count("/"), site.paths().count("/loaded")) == (3, 1)


@pytest.mark.needs_chromium
def test_further_loads_for_the_largest_paint_end_once_the_same_element_is_painted(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = html(add="<h1 style='font-size: 60px'>Delivery and returns</h1><img src=/slow.png>")
    site = Site({"/": plain(page), "/slow.png": Answer("", delay=1)})
    with served(site), loopback_client() as client:
        rendered = PageContext(site.url, client, retry_delays=(), browser=chrome).rendered
        first = rendered.throttled_loads(1)[0]
        monkeypatch.setattr(visit, "IDLE_TIMEOUT", 0)  # a wait until the page is idle fails
        paints = rendered.largest_paints(2)
        site.answers["/"] = plain(page.replace("Delivery", "Dispatch"))
        with pytest.raises(Inconclusive, match="was not idle"):
            rendered.largest_paints(3)

    assert paints[0] == first.lcp
    assert all(device_profile.LATENCY_MS < (paint or 0) < 10_000 for paint in paints)
    assert rendered.first_paints(2)[0] == first.fcp  # by the loads that are known
    assert rendered.as_evidence(throttled=True)["visits"] == 2


@pytest.mark.needs_chromium
def test_only_the_first_visit_of_a_page_has_the_cache_of_others(chrome: Browser) -> None:
    image = Answer("<svg/>", headers=[("Content-Type", "image/svg+xml"), ("Cache-Control", "max-age=600")])
    site = Site({path: plain(html(add="<img src=/a.svg alt>")) for path in ("/", "/b")} | {"/a.svg": image})

    def image_requests(visit: Callable[[], object]) -> int:
        before = site.paths().count("/a.svg")
        visit()
        return site.paths().count("/a.svg") - before

    with served(site), loopback_client() as client:
        first = PageContext(site.url, client, retry_delays=(), browser=chrome)
        first.rendered.keep_cache = True
        chrome.close()  # other tests have used it, and after MAX_VISITS_PER_CHROMIUM visits a new one starts
        second = first.sibling(f"{site.url}b")
        requests = {
            "first page": image_requests(first.rendered.visits),
            "second page": image_requests(second.rendered.visits),
            "second visit": image_requests(lambda: second.rendered.visits(2)),
            "throttled load": image_requests(lambda: second.rendered.throttled_loads(1)),
            "repetition": image_requests(second.repeat(1).rendered.visits),
        }

    assert requests == {
        "first page": 1, "second page": 0, "second visit": 1, "throttled load": 1, "repetition": 1,
    }  # fmt: skip


@pytest.mark.needs_chromium
def test_page_that_navigates_further_is_loaded_completely_for_its_first_paint(chrome: Browser) -> None:
    site = Site({"/": plain("<title>A</title><p>One moment<script>location = '/next'</script>")})
    site.answers["/next"] = plain(html())
    with served(site), loopback_client() as client:
        rendered = PageContext(site.url, client, retry_delays=(), browser=chrome).rendered
        paints = rendered.first_paints(2)

    assert paints == [load.fcp for load in rendered.throttled_loads(2)]
