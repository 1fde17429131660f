"""PDF: tagged (PDF/UA-1), A4, with the chart, and the top findings and tasks instead of all."""

import logging
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.template.loader import render_to_string

from reports.errors import ExportFailed
from reports.exporters.base import Exporter
from reports.presentation.template_context import pdf_context
from reports.snapshots.snapshot import Snapshot

STYLE = Path(__file__).parents[1] / "static" / "reports" / "pdf.css"
PANGO_MISSING = (
    "The PDF could not be written: the Pango library, which WeasyPrint needs, is not installed. Install it "
    "(Debian or Ubuntu: apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0; macOS: brew install pango), then export the report again."
)


@cache
def load_weasyprint() -> Any:
    """Import WeasyPrint. Raises ExportFailed without Pango."""
    try:
        # For the first PDF only: the import fails where system libraries are missing.
        import weasyprint
    except (OSError, ImportError) as error:
        raise ExportFailed(PANGO_MISSING) from error
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # otherwise a line per page
    return weasyprint


def url_fetcher() -> Any:
    # The default fetcher opens file:// and http://, which text of a scanned site could name.
    return load_weasyprint().urls.URLFetcher(allowed_protocols=("data",))


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    weasyprint = load_weasyprint()
    page = weasyprint.HTML(
        string=render_to_string("reports/pdf.html", pdf_context(snapshot)),
        url_fetcher=url_fetcher(),
    )
    style = weasyprint.CSS(string=STYLE.read_text(encoding="utf-8"))
    # Tagged, for screen readers.
    page.write_pdf(out, stylesheets=[style], pdf_variant="pdf/ua-1")


EXPORTER = Exporter("pdf", "application/pdf", write)
