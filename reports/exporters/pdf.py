"""PDF: tagged (PDF/UA-1), A4, with the burn-down drawn; the most pressing findings and tasks, not all."""

import logging
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.template.loader import render_to_string

from reports.errors import ExportFailed
from reports.exporters.base import Exporter
from reports.presentation.template_context import printed
from reports.snapshots.snapshot import Snapshot

STYLE = Path(__file__).parents[1] / "static" / "reports" / "pdf.css"
NO_PANGO = (
    "The PDF could not be made: WeasyPrint needs the Pango library, which this machine lacks. Install it "
    "(Debian or Ubuntu: apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0; macOS: brew install pango), then export the report again."
)


@cache
def engine() -> Any:
    """Return WeasyPrint, imported for the first PDF alone: it loads system libraries that may be absent."""
    try:
        import weasyprint
    except (OSError, ImportError) as error:
        raise ExportFailed(NO_PANGO) from error
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # a line for each page otherwise
    return weasyprint


def fetcher() -> Any:
    """Return what opens addresses on WeasyPrint's behalf: its own would take file:// and http:// as well."""
    return engine().urls.URLFetcher(allowed_protocols=("data",))


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    """Lay the report out and write it; nothing but `data:` addresses is ever opened on the way."""
    weasyprint = engine()
    page = weasyprint.HTML(
        string=render_to_string("reports/pdf.html", printed(snapshot)),
        url_fetcher=fetcher(),
    )
    style = weasyprint.CSS(string=STYLE.read_text(encoding="utf-8"))
    page.write_pdf(out, stylesheets=[style], pdf_variant="pdf/ua-1")


EXPORTER = Exporter("pdf", "application/pdf", write)
