"""PDF: tagged (PDF/UA-1), A4, with contents, chart and proof; top findings and tasks only."""

import logging
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from krafter_audit.security.control_characters import replace_controls
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
        string=replace_controls(render_to_string("reports/pdf.html", pdf_context(snapshot))),
        url_fetcher=url_fetcher(),
    )
    fonts = weasyprint.text.fonts.FontConfiguration()
    style = weasyprint.CSS(string=f"{font_faces()}\n{STYLE.read_text(encoding='utf-8')}", font_config=fonts)
    # Tagged, for screen readers.
    page.write_pdf(out, stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")


@cache
def font_faces() -> str:
    """Return the font as CSS, so that a report looks the same on every machine."""
    # As data, because the fetcher reads no files.
    return "".join(
        f"@font-face {{ font-family: Inter; font-weight: {weight}; src: url(data:font/woff2;base64,{_font(name)}) }}"
        for name, weight in (("Regular", 400), ("SemiBold", 600), ("Bold", 700))
    )


def _font(name: str) -> str:
    # Inter (SIL Open Font License) is a part of django-unfold.
    path = finders.find(f"unfold/fonts/inter/Inter-{name}.woff2")
    return b64encode(Path(str(path)).read_bytes()).decode()


EXPORTER = Exporter("application/pdf", write)
