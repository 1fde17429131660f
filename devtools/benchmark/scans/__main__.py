"""`./krafter bench scan`: measures scans and verifications beside bare axe-core on the same pages."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from devtools.benchmark import tables
from devtools.benchmark.night.command import simulate_night
from devtools.benchmark.scans import aims, comparisons, report
from devtools.benchmark.scans.aims import ComparedFigure
from devtools.benchmark.scans.comparisons import ComparisonFailed
from devtools.benchmark.scans.measurement import Figures, StackMeasurement, check_page
from devtools.benchmark.scans.site_process import SiteProcess, served_site
from devtools.benchmark.scans.stack import BenchmarkStack, RequestFailed
from devtools.demo.client import DemoFailed
from devtools.local_stack.process import StartFailed
from devtools.local_stack.temporary_system import temporary_system
from devtools.progress import Progress
from scanner import registry
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError

LAB_KEYS = ("lcp", "fcp", "cls", "tbt")
HEADER_MISSING, HEADER_SENT = "security_header_csp", "security_header_x_content_type_options"
AXE_VIOLATED, AXE_KEPT = "a11y_image_alt", "a11y_html_has_lang"

FAILURES = (StartFailed, RequestFailed, DemoFailed, ComparisonFailed, BrowserError, TimeoutError)

type Case = tuple[str, Callable[[], Figures]]


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./krafter bench scan", description=__doc__)
    parser.add_argument("--latency", type=float, default=5.0, help="of the sites, in ms (default 5)")
    parser.add_argument("--only", default="", help="only cases whose names contain this")
    parser.add_argument(
        "--machines",
        default="1,2,4",
        help="numbers of worker machines to simulate a night with (default 1,2,4)",
    )
    parser.add_argument(
        "--oracles",
        type=Path,
        help="folder with node_modules of lighthouse@12, axe-core and @mdn/mdn-http-observatory",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, help="also write the tables into this file")
    options = parser.parse_args(arguments)
    options.machines = [int(word) for word in options.machines.split(",")]
    return options


class ScanBenchmark:
    """A run: its cases in order, and their figures by name."""

    def __init__(self, options: argparse.Namespace, progress: Progress) -> None:
        self.options, self.progress = options, progress
        self.figures: dict[str, Figures] = {}
        self.night: dict[str, Any] = {}

    def run(self, folder: Path) -> None:
        with ExitStack() as stack:
            sites = [
                stack.enter_context(served_site(name, self.options.latency, folder / f"{name}.log"))
                for name in report.SITES
            ]
            self.measure(self.bare_cases(*sites))
            if any(map(self.is_wanted, aims.OUTCOMES)):
                self.progress.write_line("  start of the system: PostgreSQL, Valkey, web and workers")
                # Sites have the default request rate.
                system = stack.enter_context(
                    temporary_system("--no-demo", KRAFTER_ALLOWED_NETWORKS="127.0.0.0/8")
                )
                self.measure(self.system_cases(BenchmarkStack(system), *sites))
        if self.is_wanted(aims.NIGHT):
            self.progress.write_line(f"  {aims.NIGHT}")
            self.night = simulate_night(self.figures, self.options.machines)

    def is_wanted(self, name: str) -> bool:
        return self.options.only in name

    def measure(self, cases: Iterator[Case]) -> None:
        for name, case in cases:
            if self.is_wanted(name):
                self.progress.write_line(f"  {name}")
                self.figures[name] = figures = case()
                self.progress.write_line(f"    {report.one_line(figures)}")

    def bare_cases(
        self, trivial: SiteProcess, realistic: SiteProcess, one_build: SiteProcess
    ) -> Iterator[Case]:
        """Yield the cases without our system."""
        folder = self.options.oracles
        yield aims.BARE_REQUESTS, lambda: comparisons.bare_requests(aims.BARE_REQUESTS, trivial)
        yield aims.BARE_AXE_TRIVIAL, lambda: comparisons.bare_axe(aims.BARE_AXE_TRIVIAL, trivial)
        yield aims.BARE_AXE_REALISTIC, lambda: comparisons.bare_axe(aims.BARE_AXE_REALISTIC, realistic)
        yield aims.BARE_AXE_ONE_BUILD, lambda: comparisons.bare_axe(aims.BARE_AXE_ONE_BUILD, one_build)
        page = realistic.urls[:1]
        if comparisons.has_oracle(folder, "lighthouse"):
            yield aims.LIGHTHOUSE, lambda: comparisons.lighthouse(aims.LIGHTHOUSE, realistic, page, folder)
        if comparisons.has_oracle(folder, "observatory"):
            yield aims.OBSERVATORY, lambda: comparisons.observatory(aims.OBSERVATORY, trivial, folder)
        yield from check_cases(trivial)

    def system_cases(
        self, system: BenchmarkStack, trivial: SiteProcess, realistic: SiteProcess, one_build: SiteProcess
    ) -> Iterator[Case]:
        """Yield the cases of the running system: scans of the sites, then verifications."""

        def measurement(site: SiteProcess, name: str) -> StackMeasurement:
            return StackMeasurement(
                system, system.create_project(name, site.origin), site, self.progress.write_line
            )

        plain, shop = measurement(trivial, "trivial"), measurement(realistic, "realistic")
        yield aims.SCAN_TRIVIAL, lambda: plain.scan(aims.SCAN_TRIVIAL)
        yield aims.SCAN_REALISTIC, lambda: shop.scan(aims.SCAN_REALISTIC)
        yield aims.SCAN_ONE_BUILD, lambda: measurement(one_build, "one-build").scan(aims.SCAN_ONE_BUILD)
        cases = (
            (aims.HEADER_FAILED, plain, HEADER_MISSING, trivial.urls),
            (aims.HEADER_PASSED, plain, HEADER_SENT, trivial.urls),
            (aims.AXE_FAILED, plain, AXE_VIOLATED, trivial.urls),
            (aims.AXE_PASSED, plain, AXE_KEPT, trivial.urls[:5]),
            (aims.COMPRESSION, plain, "text_compression", trivial.urls),
            (aims.LCP, shop, "lcp", realistic.urls[:1]),
        )
        for name, project, key, urls in cases:
            yield name, partial(project.verify, name, key, urls)

    def summarize(self) -> tuple[str, list[ComparedFigure]]:
        compared = list(aims.compare(self.figures))
        return report.markdown(self.figures, compared, self.night, self.options.latency), compared

    def as_json(self, compared: list[ComparedFigure]) -> dict[str, Any]:
        return {
            "machine": tables.machine(),
            "latency_ms": self.options.latency,
            "measured": [figures.as_dict() for figures in self.figures.values()],
            "aims": [figure.as_dict() for figure in compared],
            "wrong_outcomes": aims.wrong_outcomes(self.figures),
            "night": self.night,
        }


def check_cases(site: SiteProcess) -> Iterator[Case]:
    """Yield `./krafter check` of one page without and with a browser."""
    url = site.urls[1]
    without_lab = [key for key in registry.keys() if key not in LAB_KEYS]  # noqa: SIM118 - a function of the registry
    yield aims.CHECK_HTTP, lambda: check_page(aims.CHECK_HTTP, site, url, "--no-browser")
    yield (
        aims.CHECK_BROWSER,
        lambda: check_page(aims.CHECK_BROWSER, site, url, "--only", ",".join(without_lab)),
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark. The exit status is 0 if every aim is met and every outcome is as planted."""
    options = parsed(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="krafter-bench-", ignore_cleanup_errors=True) as folder:
        progress = Progress(Path(folder) / "bench.log", sys.stderr)
        run = ScanBenchmark(options, progress)
        try:
            ChromiumOptions(os.environ.get("KRAFTER_CHROMIUM", "")).find()
            run.run(Path(folder))
        except FAILURES as error:
            progress.write_line(str(error))
            return 1
    text, compared = run.summarize()
    if options.out:
        page = options.out.read_text() if options.out.exists() else ""
        options.out.write_text(tables.replace_figures(page, text, report.START_MARKER, report.END_MARKER))
    wrong = aims.wrong_outcomes(run.figures)
    progress.write_line("\n".join([f"{time.monotonic() - began:.0f} s", *wrong]))
    print(json.dumps(run.as_json(compared), indent=2) if options.json else text)
    return 0 if all(figure.met for figure in compared) and not wrong else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stops the system and removes its files
    sys.exit(main())
