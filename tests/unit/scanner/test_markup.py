"""Markup is judged on the rendered page; without a browser no check passes where scripts build the content."""

from dataclasses import replace
from typing import Any

import pytest
import trustme

from krafter_audit.http.client import Client
from scanner.browser.browser import Browser
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.registry import REGISTRY, keys
from scans.worker.browser import chromium_options
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, UnverifiedPolicy, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import html

HTML = [("Content-Type", "text/html; charset=utf-8")]
SCRIPT = [("Content-Type", "text/javascript")]
BUILDER = "for (const n of [1, 2]) { const i = new Image(); i.src = `/${n}.png`; document.body.append(i); }"
LIBRARY = "export const h = (t, ...c) => { const e = document.createElement(t); e.append(...c); return e; }"
SHELL = (
    "<!doctype html><html lang=en><title>Shop</title><body><div id=app></div><script src=/app.js></script>"
)
APPLICATION = """document.title = 'Lamps and chairs'; document.head.insertAdjacentHTML('beforeend',
    '<meta name=description content="All that shines.">');
    document.querySelector('#app').innerHTML = '<h1>Lamps</h1><a href="/more">here</a>';"""
TAG_MANAGER = """(function(w,d,s,l,i){w[l]=w[l]||[];
    var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;
    j.src='https://tags.example/gtm.js?id='+i;f.parentNode.insertBefore(j,f);})(window,document,'script','dataLayer','X');"""


def scripted(code: str) -> str:
    return html(add=f"<script>{code}</script>")


def run_checks_on(answers: dict[str, Any], *keys: str, **options: Any) -> dict[str, Outcome]:
    answers = {
        path: Answer(body, headers=SCRIPT if path.endswith(".js") else HTML) for path, body in answers.items()
    }
    with served(Site(answers)) as site, loopback_client() as client:
        return dict(run_checks(site.url, keys, client=client, retry_delays=(), **options))


IMAGES_BY_SCRIPT = {
    "inline": {"/": scripted(BUILDER)},
    "own file": {"/": html(add="<script src=/gallery.js></script>"), "/gallery.js": BUILDER},
    "module": {
        "/": html(add="<script type=module src=/gallery.js></script>"),
        "/gallery.js": f"{LIBRARY}; document.body.append(h('img'))",
    },
    "last of many files": {
        "/": html(add="".join(f"<script src=/{name}.js></script>" for name in (*range(12), "gallery"))),
        **{f"/{number}.js": "let total = 0;" for number in range(12)},
        "/gallery.js": BUILDER,
    },
}


@pytest.mark.parametrize("answers", IMAGES_BY_SCRIPT.values(), ids=IMAGES_BY_SCRIPT)
def test_images_by_script_are_not_rendered_without_a_browser(answers: dict[str, str]) -> None:
    outcome = run_checks_on(answers, "image_dimensions")["image_dimensions"]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_rendered")


@pytest.mark.parametrize("target", ["/gallery.js", "http://127.0.0.9/gallery.js"])
def test_images_by_a_script_that_is_redirected_are_not_rendered_without_a_browser(target: str) -> None:
    answers = {
        "/": Answer(html(add="<script src=/old.js></script>"), headers=HTML),
        "/old.js": Answer(status=302, headers=[("Location", target)]),
        "/gallery.js": Answer(BUILDER, headers=SCRIPT),
    }
    with served(Site(answers)) as site, loopback_client() as client:
        outcome = dict(run_checks(site.url, ["image_dimensions"], client=client, retry_delays=()))

    found = outcome["image_dimensions"]
    assert (found.status, found.reason) == (INCONCLUSIVE, "not_rendered")


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
@pytest.mark.parametrize("answers", IMAGES_BY_SCRIPT.values(), ids=IMAGES_BY_SCRIPT)
def test_images_by_script_without_dimensions_fail_in_a_browser(
    answers: dict[str, str], chrome: Browser
) -> None:
    outcome = run_checks_on(answers, "image_dimensions", browser=chrome)["image_dimensions"]

    assert (outcome.status, outcome.evidence["method"]) == (FAILED, "browser")
    assert outcome.evidence["runs"] == [FAILED, FAILED]


def test_content_of_a_shadow_root_is_not_rendered_without_a_browser() -> None:
    page = html(add="<lamp-card><template shadowrootmode=open><img></template></lamp-card>")
    outcome = run_checks_on({"/": page}, "image_dimensions")["image_dimensions"]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_rendered")


def test_failure_in_the_html_as_sent_needs_no_browser() -> None:
    page = scripted(BUILDER).replace(' width="10" height="10"', "")

    assert run_checks_on({"/": page}, "image_dimensions")["image_dimensions"].status == FAILED


@pytest.mark.parametrize(
    "page",
    [
        html(),
        scripted(TAG_MANAGER),
        scripted("let total = 0; for (const n of [1, 2]) total += n;"),
        html(add='<script src="https://analytics.example/a.js"></script>'),
        html(add="<script src=/count.js></script>"),
        html(add="<script src=/missing.js></script>"),
        html(add='<script type="text/template"><img></script>'),
    ],
    ids=["none", "tag manager", "counts", "other site", "own file", "missing file", "template"],
)
def test_page_whose_scripts_add_no_elements_passes_without_a_browser(page: str) -> None:
    answers = {"/": page, "/count.js": "let total = 0; total += 1;"}

    assert run_checks_on(answers, "image_dimensions")["image_dimensions"].status == PASSED


def test_nothing_passes_on_an_empty_shell_without_a_browser() -> None:
    markup = [key for key in keys() if REGISTRY[key].kind == "markup"]

    outcomes = run_checks_on({"/": SHELL, "/app.js": APPLICATION}, *markup)

    reasons = {key: outcome.reason for key, outcome in outcomes.items()}
    not_applicable = {
        "mixed_content": None,
        "insecure_form_action": None,
    }  # the page is not served over HTTPS
    assert reasons == dict.fromkeys(markup, "not_rendered") | not_applicable
    assert PASSED not in {outcome.status for outcome in outcomes.values()}


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_application_is_judged_by_what_it_renders(chrome: Browser) -> None:
    keys = ("title_length", "meta_description", "link_text", "image_dimensions")

    outcomes = run_checks_on({"/": SHELL, "/app.js": APPLICATION}, *keys, browser=chrome)

    assert {key: outcome.status for key, outcome in outcomes.items()} == {
        "title_length": PASSED,
        "meta_description": PASSED,
        "link_text": FAILED,
        "image_dimensions": PASSED,
    }


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_rendered_markup_takes_one_visit_and_no_plain_request(chrome: Browser) -> None:
    site = Site({"/": Answer(html(), headers=HTML)})
    with served(site) as site, loopback_client() as client:
        found = run_checks(
            site.url,
            ["title_present", "viewport_meta", "crawlable_anchors", "a11y_image_alt"],
            client=client,
            browser=chrome,
            retry_delays=(),
        )
        assert {outcome.status for outcome in dict(found).values()} == {PASSED}

    assert site.paths().count("/") == 1


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
@pytest.mark.parametrize(
    "script",
    [
        "document.head.insertAdjacentHTML('beforeend', '<meta name=robots content=noindex>')",
        "document.querySelector('meta[name=robots]')?.remove()",
    ],
    ids=["added", "removed"],
)
def test_noindex_counts_as_sent_and_as_rendered(script: str, chrome: Browser) -> None:
    sent = '<meta name="robots" content="noindex">' if "remove" in script else ""
    page = html(add=f"<script>{script}</script>").replace("<head>", f"<head>{sent}")

    assert run_checks_on({"/": page}, "indexable", browser=chrome)["indexable"].status == FAILED


def test_page_that_a_browser_may_not_visit_is_judged_as_sent() -> None:
    policy = UnverifiedPolicy.from_setting("127.0.0.0/8")
    site = Site({"/": Answer(html(), headers=HTML)})
    with served(site), Client(policy=policy) as client, Browser(policy=policy) as browser:
        keys = ["title_present", "a11y_image_alt"]
        outcomes = dict(run_checks(site.url, keys, client=client, browser=browser, retry_delays=()))

    assert [(outcome.status, outcome.reason) for outcome in outcomes.values()] == [
        (PASSED, None),
        (INCONCLUSIVE, "not_available"),
    ]


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_mixed_content_by_script_fails(authority: trustme.CA, ca_file: str) -> None:
    page = scripted("const i = new Image(1, 1); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i)")
    site = Site({"/": Answer(page, headers=HTML)})
    options = replace(chromium_options(), ca_file=ca_file)
    with (
        served(site, tls_context(authority)),
        loopback_client(ca_file) as client,
        Browser(policy=client.policy, options=options) as browser,
    ):
        found = dict(run_checks(site.url, ["mixed_content"], client=client, browser=browser, retry_delays=()))

    assert found["mixed_content"].status == FAILED


REFRESH = '<!doctype html><html lang=en><title>Shop</title><meta http-equiv=refresh content="{}; url=/en/">'


@pytest.mark.parametrize(
    ("delay", "expected"), [(0, (INCONCLUSIVE, "not_rendered")), (5, (FAILED, None))], ids=str
)
def test_page_that_is_replaced_at_once_is_not_judged_without_a_browser(
    delay: int, expected: tuple[str, str | None]
) -> None:
    answers = {"/": REFRESH.format(delay), "/en/": html()}
    outcome = run_checks_on(answers, "meta_description")["meta_description"]

    assert (outcome.status, outcome.reason) == expected


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_page_that_is_replaced_at_once_is_judged_by_the_next_one_in_a_browser(chrome: Browser) -> None:
    answers = {"/": REFRESH.format(0), "/en/": html()}
    outcome = run_checks_on(answers, "meta_description", browser=chrome)["meta_description"]

    assert outcome.status == PASSED
