"""The benchmark sites are the same each time, and exactly the planted faults fail."""

import pytest

from devtools.benchmark.sites import content, realistic
from devtools.benchmark.sites.content import BenchmarkSite
from devtools.benchmark.sites.server import SITES
from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.client import Client
from scanner import crawler, registry
from scanner.cli.run import AnyHost
from scanner.page.context import PageContext
from tests.fakes.page_checks import run_checks
from tests.unit.devtools.benchmark.sites.serving import served

LAB = {"lcp", "fcp", "cls", "tbt"}
ORIGIN = "http://127.0.0.1:8000"
# Pages with each fault that not all pages have.
SAMPLES = {
    "trivial": ("/", "/topic-05", "/topic-07"),
    "realistic": ("/", "/lamps", "/oak-lamp", "/delivery"),
    "one_build": ("/",),
}


@pytest.mark.parametrize(
    ("name", "pages", "faults"), [("trivial", 25, 15), ("realistic", 12, 22), ("one_build", 12, 22)]
)
def test_site_has_the_number_of_pages_and_faults(name: str, pages: int, faults: int) -> None:
    site = SITES[name](ORIGIN)

    assert (len(site.pages), len(set(site.pages)), len(site.faults)) == (pages, pages, faults)
    assert len({crawler.route_of(f"{ORIGIN}{path}") for path in site.pages}) == pages
    assert site.faults <= set(registry.keys())


@pytest.mark.parametrize("name", SITES)
def test_a_scan_of_the_site_visits_its_pages_and_no_other(name: str) -> None:
    with served(name) as server, Client(policy=AddressPolicy.from_setting("127.0.0.0/8")) as client:
        context = PageContext(f"{server.origin}/", client, owned_hosts=AnyHost())
        found = crawler.discover(context).pages

    assert found == [f"{server.origin}{path}" for path in server.site.pages]


@pytest.mark.parametrize("name", SITES)
def test_generated_site_is_deterministic(name: str) -> None:
    first: BenchmarkSite = SITES[name](ORIGIN)
    realistic._resources.cache_clear()

    assert SITES[name](ORIGIN) == first


@pytest.mark.parametrize("one_build", [False, True])
def test_a_realistic_page_has_about_thirty_resources(*, one_build: bool) -> None:
    site = realistic.realistic_site(ORIGIN, one_build=one_build)
    fonts = 2

    assert len(site.pages) > 0
    for path in site.pages:
        html = site.responses[path].body.decode()
        used = {resource for resource in site.responses if f'"{resource}"' in html and "." in resource}
        assert 28 <= len(used) + fonts <= 32


@pytest.mark.slow
@pytest.mark.usefixtures("short_quiet_time")
@pytest.mark.parametrize("name", SITES)
def test_exactly_the_planted_faults_fail(name: str, chrome) -> None:
    keys = sorted(set(registry.keys()) - LAB)
    failed: set[str] = set()
    with served(name) as server, Client(policy=AddressPolicy.from_setting("127.0.0.0/8")) as client:
        for path in SAMPLES[name]:
            url = f"{server.origin}{path}"
            context = PageContext(url, client, owned_hosts=AnyHost(), browser=chrome)
            outcomes = run_checks(url, keys, context=context)
            failed |= {key for key, outcome in outcomes if outcome.status == "failed"}

    assert failed == server.site.faults - LAB


def test_image_has_the_requested_size() -> None:
    small, large = content.png(40, 40, "a"), content.png(40, 40, "a", noise=4000)

    assert small.startswith(b"\x89PNG")
    assert len(small) < 200
    assert 4000 < len(large) < 4300
