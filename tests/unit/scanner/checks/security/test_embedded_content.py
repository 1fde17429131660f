"""Mixed content and forms as real pages write them."""

import gzip
from html import escape

import pytest

from krafter_audit.http.client import Client
from scanner.outcome import FAILED, PASSED, Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import HEAD, html, page

LAMP = "http://example.com/lamp.png"
IMAGE = f'<img src="{LAMP}" alt="" width="1" height="1">'
FORM = '<form action="http://example.com/search"></form>'
UPGRADE = "upgrade-insecure-requests"

LOADED = [
    f'<div style="background: url({LAMP}) no-repeat"></div>',
    f"<style>body {{ background-image: URL( '{LAMP}' ) }}</style>",
    f'<style>/* a */ @import "{LAMP}";</style>',
    '<img src="http:example.com/lamp.png" alt="">',
    f'<table BACKGROUND="{LAMP}"></table>',
    f'<svg><image xlink:href="{LAMP}"/></svg>',
    f'<link rel="preload" as="image" imagesrcset="/a.png 1x, {LAMP} 2x">',
    f"<img srcset='/a.png 1x,\n {LAMP} 2x' alt=''>",
    '<base href="http://example.com/"><img src="lamp.png" alt="">',
    f'<iframe srcdoc="{escape(IMAGE)}" title="Lamp"></iframe>',
]
NOT_LOADED = [
    f"<style>@namespace svg url({LAMP}); p {{ color: red }}</style>",
    f"<style>/* p {{ background: url({LAMP}) }} */</style>",
    f"<style>p {{ color: red }} /* a comment that is not closed: url({LAMP})</style>",
    f'<a href="{LAMP}">Lamp</a><!-- {IMAGE} -->',
    f'<link rel="canonical" href="{LAMP}"><link rel="alternate" href="{LAMP}">',
    f"<p>url({LAMP})</p>",
    f'<iframe srcdoc="&lt;p>{LAMP}" title="Lamp"></iframe>',
    f'<img srcset="/resize/w_1,{LAMP} 1x" alt="">',  # a URL with a comma
]


def status_of(key: str, site: Site, client: Client, text: str, policy: str | None = None) -> str:
    site.answers["/"] = page(text, {"Content-Security-Policy": policy})
    return dict(run_checks(site.url, [key], client=client, retry_delays=()))[key].status


@pytest.mark.parametrize(
    ("added", "status"),
    [(element, FAILED) for element in LOADED] + [(element, PASSED) for element in NOT_LOADED],
)
def test_what_a_page_loads(added: str, status: str, https_site: Site, client: Client) -> None:
    assert status_of("mixed_content", https_site, client, html(add=added)) == status


@pytest.mark.parametrize(
    ("head", "policy", "status"),
    [
        ("", f"default-src 'self'; {UPGRADE}", PASSED),
        (f'<meta http-equiv="Content-Security-Policy" content="{UPGRADE}">', None, PASSED),
        ("", "default-src https:", FAILED),
    ],
)
@pytest.mark.parametrize(("key", "added"), [("mixed_content", IMAGE), ("insecure_form_action", FORM)])
def test_policy_may_upgrade_requests(
    key: str, added: str, head: str, policy: str | None, status: str, https_site: Site, client: Client
) -> None:
    assert status_of(key, https_site, client, html(head=HEAD + head, add=added), policy) == status


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ('<script src="http://example.com/a.js"></script>', FAILED),
        ('<link rel="stylesheet" href="http://example.com/a.css">', FAILED),
        ('<link rel="canonical" href="http://example.com/">', PASSED),
        ('<script src="/a.js"></script>', PASSED),
        (
            f'<meta name="description" content="About {UPGRADE}"><script src="http://example.com/a.js"></script>',
            FAILED,
        ),
    ],
)
def test_meta_element_upgrades_what_comes_after_it(
    before: str, status: str, https_site: Site, client: Client
) -> None:
    policy = f'<meta http-equiv="Content-Security-Policy" content="{UPGRADE}">'
    text = html(head=HEAD + before + policy, add=IMAGE)

    assert status_of("mixed_content", https_site, client, text) == status


# The specification (Fetch, 4.10) compares true by case.
@pytest.mark.parametrize(("credentials", "status"), [("true", FAILED), ("True", PASSED), ("false", PASSED)])
def test_reflected_origin_with_credentials_fails(
    credentials: str, status: str, https_site: Site, client: Client
) -> None:
    https_site.answers["OPTIONS /"] = lambda _method, headers: Answer(
        status=204,
        headers=[
            ("Access-Control-Allow-Origin", headers["origin"]),
            ("Access-Control-Allow-Credentials", credentials),
        ],
    )

    assert status_of("cors_restricted", https_site, client, html()) == status


def fixed(
    key: str, fault: str, now: str, site: Site, client: Client, files: dict[str, Answer] | None = None
) -> str:
    """Return the status of a verification of the page with the fault, and something else instead of it now."""
    site.answers |= {"/": page(html(add=fault), {"Content-Security-Policy": None}), **(files or {})}
    before = dict(run_checks(site.url, [key], client=client, retry_delays=()))
    assert before[key].status == FAILED
    site.answers["/"] = page(html(add=now), {"Content-Security-Policy": None})
    return dict(run_checks(site.url, [key], client=client, before=before, retry_delays=()))[key].status


STYLE = f"body {{ background: url({LAMP}) }}"


@pytest.mark.parametrize(
    ("sheet", "encoding", "status"),
    [
        (STYLE, "", FAILED),
        (f'@import "{LAMP}";', "", FAILED),
        (STYLE, "gzip", FAILED),
        (f"/* {STYLE} */", "", PASSED),
        # It was there before: a scan does not read style sheets.
        ("body { background: url(http://example.com/table.png) }", "", PASSED),
        ("body { background: url(/lamp.png) }", "", PASSED),
    ],
)
def test_mixed_content_that_was_moved_into_a_style_sheet_is_not_fixed(
    sheet: str, encoding: str, status: str, https_site: Site, client: Client
) -> None:
    body = gzip.compress(sheet.encode()) if encoding else sheet.encode()
    headers = [("Content-Type", "text/css"), *([("Content-Encoding", encoding)] if encoding else [])]
    files = {"/lamps.css": Answer(body, headers=headers)}
    link = '<link rel="stylesheet" href="/lamps.css">'

    after = fixed("mixed_content", f"<style>{STYLE}</style>", link, https_site, client, files)

    assert after == status


@pytest.mark.parametrize("fault", [f"<style>{STYLE}</style>", IMAGE])
def test_fixed_mixed_content_passes_on_a_page_with_an_image_that_is_not_received(
    fault: str, https_site: Site, client: Client
) -> None:
    files = {"/late.png": Answer(hang_up=True)}

    assert fixed("mixed_content", fault, '<img src="/late.png" alt="">', https_site, client, files) == PASSED


CDN = "https://cdn.example.com/a.js"
HASH = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (f'<script type="module">import "{CDN}"</script>', FAILED),
        (f"<script>document.head.append(Object.assign(new Script(), {{src: '{CDN}'}}))</script>", FAILED),
        (f"<script>load('{CDN}')</script>".replace("/", "\\/", 3), FAILED),
        (f'<script type="text/plain" data-src="{CDN}"></script>', FAILED),
        (f'<svg><script href="{CDN}"></script></svg>', FAILED),
        (f'<script src="{CDN}" integrity="md5-abc"></script>', FAILED),
        (f'<script src="{CDN}" integrity=""></script>', FAILED),
        (f'<script src="{CDN}" integrity="{HASH}" crossorigin></script>', PASSED),
        (f"<script>load('{CDN}', {{integrity: '{HASH}'}})</script>", PASSED),
        (
            f'<script type="importmap">{{"integrity": {{"{CDN}": "{HASH}"}}}}</script>'
            f'<script type="module">import "{CDN}"</script>',
            PASSED,
        ),
        (
            f'<script type="importmap">{{"imports": {{"a": "{CDN}"}}}}</script>'
            '<script type="module">import "a"</script>',
            FAILED,
        ),
        (f"<script>load('{CDN}?v=2')</script>", FAILED),
        (f"<script>let a = 'https://a.example/' // an address\nload('{CDN}')</script>", FAILED),
        ('<script src="/a.js"></script>', PASSED),
        (f'<script src="/a.js"></script><!-- {CDN} --><p>{CDN}</p>', PASSED),
        # The data of a React application, which names what its HTML loads.
        (
            f'<script src="{CDN}" integrity="{HASH}" crossorigin></script>'
            f'<script type="application/json">{{"src": "{CDN}"}}</script>',
            PASSED,
        ),
        (
            f'<script type="importmap">{{"imports": {{"a": "{CDN}"}}}}</script>'
            f'<link rel="modulepreload" href="{CDN}" integrity="{HASH}"><script type="module">import "a"</script>',
            PASSED,
        ),
        (f"<script>fetch('{CDN}/session')</script>", PASSED),
        (f"<script>\n  // load('{CDN}')\n</script><script>/* load('{CDN}') */ a()</script>", PASSED),
        (f'<script type="application/ld+json">{{"codeRepository": "{CDN}"}}</script>', PASSED),
    ],
)
def test_script_that_another_script_loads_without_integrity_is_not_fixed(
    now: str, status: str, https_site: Site, client: Client
) -> None:
    fault = f'<script src="{CDN}"></script>'

    assert fixed("sri_external_scripts", fault, now, https_site, client) == status


@pytest.mark.parametrize("allowed_origin", ["{origin}", "null"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_cors_that_a_preflight_or_a_response_allows_is_not_fixed(method: str, allowed_origin: str) -> None:
    def answer(request_method: str, headers: dict[str, str]) -> Answer:
        sent = headers.get("origin", "") if request_method == method else ""
        origin = sent and allowed_origin.format(origin=sent)
        allowed = [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]
        return Answer(
            "<title>Lamps</title>", headers=[("Content-Type", "text/html"), *(allowed if origin else [])]
        )

    with served(Site({"/": answer})) as site, loopback_client() as client:
        before = {"cors_restricted": Outcome(FAILED)}
        outcomes = dict(run_checks(site.url, [*before], client=client, before=before, retry_delays=()))

    assert outcomes["cors_restricted"].status == FAILED
