"""Only the check of a fault changes from failed to passed when the fault is fixed, for checks that need a browser.

One page has all the faults, which are fixed one after the other; all checks run after each fix. Each state is the one
after a fix and the one before the next, which saves half of the visits.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest

from scanner.browser.browser import Browser
from scanner.checks.performance import web_vitals as vitals
from scanner.outcome import FAILED, PASSED, Outcome
from scanner.page_visit import device_profile, visit
from scanner.registry import REGISTRY, keys
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.axe_violations import violating
from tests.unit.scanner.checks.base_page import html
from tests.unit.scanner.checks.fixes import BROWSER_FIXES
from tests.unit.scanner.checks.noise_image import noise

pytestmark = pytest.mark.needs_chromium

ASKED = [key for key in keys() if REGISTRY[key].needs_browser]
# Low thresholds, so that small pages exceed them by far.
THRESHOLDS = {"total_byte_weight": 200.0, "dom_size": 100.0, "lcp": 1.0, "fcp": 1.0, "tbt": 250.0}
# One load instead of three, except for the page with a layout shift only and for the good page.
FULLY_MEASURED = (BROWSER_FIXES.index("cls"), len(BROWSER_FIXES))
STEPS = 6
AXE_KEYS = keys("accessibility")
HTML = [("Content-Type", "text/html; charset=utf-8")]
STYLE = [("Content-Type", "text/css")]
SCRIPT = [("Content-Type", "text/javascript")]
PICTURE = [("Content-Type", "image/png")]
HERO = '<img src="/hero.png" width="400" height="500" alt="A lamp">'
PAGE = (
    html(replace=('<img src="/lamp.png" alt="A lamp" width="10" height="10">', HERO))
    .replace('<iframe src="/map" title="How to find us"></iframe>', "")
    .replace("</head>", '<script src="/late.js" defer></script><script src="/idle.js" defer></script></head>')
)
AFTER_THE_PAINT = (
    "addEventListener('load', () => requestAnimationFrame(() =>"
    " requestAnimationFrame(() => setTimeout(() => {%s}, 50))));"
)
JUMP = "document.querySelector('main').style.marginTop = '400px';"
BLOCK = "for (const end = performance.now() + 400; performance.now() < end; );"
FETCH = "addEventListener('load', () => fetch('/news'));"
REMARK = "// a remark that nobody needs\n"
IDLE = "function idle(){return'" + "x" * 30_000 + "'}"


def imported(path: str) -> Answer:
    return Answer(f"@import '{path}';", headers=STYLE)


def redirected(path: str) -> Answer:
    return Answer(status=302, headers=[("Location", path)])


def in_steps(path: str, to: Callable[[str], Answer], last: Answer, *, slow: bool) -> dict[str, Answer]:
    """Return the responses of a file; a slow file is behind a chain of others, each of which names the next.

    The chain costs a slow phone a round trip each, and a visit without throttling next to nothing.
    """
    paths = [path, *(f"{path}?{number}" for number in range(STEPS if slow else 0))]
    return {**{one: to(following) for one, following in itertools.pairwise(paths)}, paths[-1]: last}


def faulty(faults: set[str]) -> dict[str, Answer]:
    """Return the responses of a page that has these faults and no others."""

    def where(key: str, fault: str, otherwise: str = "") -> str:
        return fault if key in faults else otherwise

    lazy = where("lcp_image_not_lazy", ' loading="lazy"')
    many = where("dom_size", f"<div hidden>{'<b></b>' * 200}</div>")
    page = PAGE.replace('src="/hero.png"', f'src="/hero.png"{lazy}').replace("</main>", f"{many}</main>")
    late = AFTER_THE_PAINT % (where("cls", JUMP) + where("tbt", BLOCK)) + where("total_byte_weight", FETCH)
    return {
        "/": Answer(page, headers=[("Content-Type", "text/html; charset=utf-8")]),
        **in_steps("/site.css", imported, Answer("", headers=STYLE), slow="fcp" in faults),
        **in_steps("/hero.png", redirected, Answer(noise(200, 250), headers=PICTURE), slow="lcp" in faults),
        "/late.js": Answer(late + where("minified_js", REMARK * 200), headers=SCRIPT),
        "/idle.js": Answer(where("unused_js", IDLE, f"{IDLE};idle()"), headers=SCRIPT),
        "/news": Answer("n" * 250_000),
    }


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fast phone and network, and short idle times."""
    monkeypatch.setattr(visit, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(visit, "THROTTLED_QUIET_SECONDS", 0.3)
    monkeypatch.setattr(device_profile, "CPU_SLOWDOWN", 1)
    monkeypatch.setattr(device_profile, "LATENCY_MS", 150.0)
    monkeypatch.setattr(device_profile, "DOWN_KBPS", 20_000.0)


@pytest.mark.slow
@pytest.mark.usefixtures("short_waits")
def test_only_the_check_of_each_fix_changes_its_outcome(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[dict[str, Outcome]] = []
    in_full = vitals.LOADS_TO_VERIFY
    with served(Site()) as site, loopback_client() as client:
        for done in range(len(BROWSER_FIXES) + 1):
            site.answers = dict(faulty(set(BROWSER_FIXES[done:])))
            monkeypatch.setattr(vitals, "LOADS_TO_VERIFY", in_full if done in FULLY_MEASURED else 1)
            found = run_checks(
                site.url,
                ASKED,
                client=client,
                browser=chrome,
                thresholds=THRESHOLDS,
                before=states[-1] if states else None,
                retry_delays=(),
            )
            states.append(dict(found))

    failing = [{key for key, outcome in outcomes.items() if outcome.status == FAILED} for outcomes in states]
    assert failing == [set(BROWSER_FIXES[done:]) for done in range(len(states))]
    assert {outcome.status for outcomes in states for outcome in outcomes.values()} == {FAILED, PASSED}
    measured = [len(states[done]["cls"].samples) for done in FULLY_MEASURED]
    assert measured == [in_full, in_full]


@pytest.mark.usefixtures("short_quiet_time")
@pytest.mark.parametrize(
    "keys",
    [[key for key in AXE_KEYS if key != "a11y_html_has_lang"], ["a11y_html_has_lang"]],
    ids=["others", "a11y_html_has_lang"],
)
def test_every_axe_check_fails_and_passes_once_its_violation_is_fixed(
    keys: list[str], chrome: Browser
) -> None:
    """The two rules of the lang attribute cannot be violated together."""
    site = Site(
        {"/": Answer(violating(*keys), headers=HTML), "/map": Answer("<title>Map</title>", headers=HTML)}
    )
    with served(site), loopback_client() as client:

        def outcomes(before: dict[str, Outcome] | None = None) -> dict[str, Outcome]:
            found = run_checks(site.url, keys, client=client, browser=chrome, before=before, retry_delays=())
            return dict(found)

        failing = outcomes()
        site.answers["/"] = Answer(html(), headers=HTML)
        fixed = outcomes(failing)

    assert {key: outcome.status for key, outcome in failing.items()} == dict.fromkeys(keys, FAILED)
    assert {key: outcome.status for key, outcome in fixed.items()} == dict.fromkeys(keys, PASSED)
