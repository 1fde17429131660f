"""Exporters write files from a snapshot."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from reports.errors import ExportFailed
from reports.exporters import EXPORTERS, pdf
from reports.models import Format
from reports.snapshots.snapshot import FINDING_KEYS, TASK_KEYS, Snapshot
from tests.unit.reports.sample_snapshot import (
    FINDINGS,
    FIXED,
    REGRESSIONS,
    TASKS,
    VERIFICATIONS,
    finding,
    snapshot,
)


def export(format: str, content: Snapshot) -> bytes:
    out = io.BytesIO()
    EXPORTERS[format].write(content, out)
    return out.getvalue()


@cache
def exported_pdf() -> PdfReader:
    return PdfReader(io.BytesIO(export("pdf", snapshot())))


def rows(content: Snapshot, kind: str = "") -> list[dict[str, str]]:
    """Return the rows of a CSV file, of the findings by default."""
    out, exporter = io.BytesIO(), EXPORTERS["csv"]
    (exporter.extra_files[kind] if kind else exporter.write)(content, out)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def test_every_format_has_an_exporter() -> None:
    assert set(EXPORTERS) == set(Format.values)


def test_json_contains_report_summary_and_items_in_the_order_of_the_api() -> None:
    content = json.loads(export("json", snapshot()))

    assert list(content) == [
        "$schema", "report", "summary", "findings", "tasks", "verifications", "regressions",
    ]  # fmt: skip
    assert content["report"]["project_id"] == "production-website"
    assert content["summary"] == snapshot().summary
    assert content["findings"] == FINDINGS
    assert content["tasks"] == TASKS
    assert content["verifications"] == VERIFICATIONS
    assert content["regressions"] == REGRESSIONS
    assert [list(item) for item in content["findings"]] == [list(FINDING_KEYS)] * len(FINDINGS)
    assert [list(item) for item in content["tasks"]] == [list(TASK_KEYS)] * len(TASKS)


def test_json_of_an_empty_project_has_empty_lists() -> None:
    content = json.loads(export("json", snapshot(findings=[], tasks=[])))

    assert (content["findings"], content["tasks"]) == ([], [])


def test_csv_has_one_row_for_each_finding_and_a_byte_order_mark() -> None:
    table = rows(snapshot())

    assert export("csv", snapshot()).startswith(b"\xef\xbb\xbfid,title,severity,")
    assert [row["title"] for row in table] == [item["title"] for item in FINDINGS]
    first = table[0]
    assert {name: first[name] for name in ("severity", "score", "impact", "checks", "affected_assets")} == {
        "severity": "critical",
        "score": "92",
        "impact": "8",
        "checks": "security_header_csp",
        "affected_assets": "https://www.example.com/",
    }


def test_csv_has_a_file_for_each_further_kind() -> None:
    found = {kind: rows(snapshot(), kind) for kind in EXPORTERS["csv"].extra_files}

    assert [row["title"] for row in found["tasks"]] == [item["title"] for item in TASKS]
    check = {
        name: found["verifications"][0][name] for name in ("check", "before", "after", "status", "result")
    }
    assert check == {
        "check": "input_label", "before": "failed", "after": "passed", "status": "passed", "result": "passed",
    }  # fmt: skip
    assert [row["trigger"] for row in found["regressions"]] == ["scan_detected"]
    assert [(row["name"], row["value"]) for row in found["summary"][:3]] == [
        ("verification_pass_rate", "0.84"),
        ("regression_rate", "0.12"),
        ("open_findings", "6"),
    ]
    assert len(found["summary"]) == 3 + 7


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹫"])
def test_csv_prefixes_cells_that_a_spreadsheet_would_run(start: str) -> None:
    formula = finding(1, f"{start}cmd|' /C calc'!A0", "seo", "low", "new", 5)

    assert rows(snapshot(findings=[formula]))[0]["title"] == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("separator", [";", "\t", "\n"])
def test_csv_has_no_formula_for_a_spreadsheet_with_another_separator(separator: str) -> None:
    title = f"Slow{separator}=cmd|' /C calc'!A0{separator}a=1"

    [row] = rows(snapshot(findings=[finding(1, title, "seo", "low", "new", 5)]))

    assert row["title"] == f"Slow{separator}'=cmd|' /C calc'!A0{separator}a=1"


def test_csv_has_no_control_characters_or_hidden_text() -> None:
    hidden = "".join(chr(0xE0000 + ord(character)) for character in "=1+1")
    title = f"a\u202eb\x1b]8;;http://x\x07c{hidden}\td"

    [row] = rows(snapshot(findings=[finding(1, title, "seo", "low", "new", 5)]))

    assert row["title"] == "a\ufffdb\ufffd]8;;http://x\ufffdc\ufffd\td"


def test_csv_keeps_quotes_commas_and_line_breaks() -> None:
    title = 'He said "no", then\r\nleft; ü 中'

    assert rows(snapshot(findings=[finding(1, title, "seo", "low", "new", 5)]))[0]["title"] == title


@pytest.mark.parametrize("format", ["json", "csv"])
def test_exporters_keep_at_most_3_items_in_memory(format: str) -> None:
    alive, maximum = 0, 0

    class Item(dict[str, Any]):
        def __init__(self, *content: Any) -> None:
            nonlocal alive, maximum
            super().__init__(*content)
            alive += 1
            maximum = max(maximum, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    class Stream:
        def __iter__(self) -> Iterator[Item]:
            return (Item(FINDINGS[0]) for _ in range(500))

    export(format, snapshot().__class__(**{**vars(snapshot()), "findings": Stream()}))

    assert maximum <= 3


@pytest.mark.slow
@pytest.mark.needs_pango
def test_pdf_is_tagged_and_has_language_and_title() -> None:
    content = exported_pdf()

    root = content.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert content.metadata is not None
    assert content.metadata.title == "Audit report: Production website, 19 November to 25 November 2026"
    assert content.metadata.author == "Acme Trading"
    assert content.xmp_metadata is not None
    assert b"pdfuaid:part" in content.xmp_metadata.stream.get_data()


@pytest.mark.slow
@pytest.mark.needs_pango
def test_pdf_embeds_its_fonts() -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in exported_pdf().pages
        for font in page["/Resources"]["/Font"].values()
    ]

    names = {str(font["/BaseFont"]).partition("+")[2] for font in fonts}
    assert all(
        "/FontFile2" in font["/FontDescriptor"] or "/FontFile3" in font["/FontDescriptor"] for font in fonts
    )
    assert {"Inter", "Inter-Bold"} <= names


@pytest.mark.slow
@pytest.mark.needs_pango
def test_contents_of_the_pdf_link_to_its_chapters() -> None:
    content = exported_pdf()
    chapters = {
        item["/Title"]: item["/Page"] for item in content.outline[1] if isinstance(item, dict)
    }  # the outline has one title with the chapters below it

    links = [note.get_object() for note in content.pages[0]["/Annots"]]
    entries = dict.fromkeys(str(link["/Dest"]) for link in links if "/Dest" in link)
    assert list(entries) == [
        "fixed", "overdue", "burn-down", "comparison", "breakdown", "findings", "details", "tasks", "definitions",
    ]  # fmt: skip
    assert list(chapters)[:4] == ["Summary", "Contents", "Fixed and verified", "Overdue"]
    assert [str(content.named_destinations[name].page) for name in ("fixed", "definitions")] == [
        str(chapters["Fixed and verified"]), str(chapters["Definitions"]),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.needs_pango
def test_figures_of_the_pdf_have_alternative_texts() -> None:
    figures = [
        str(node.get("/Alt", "without text"))
        for node in structure(exported_pdf().root_object["/StructTreeRoot"])
        if node.get("/S") == "/Figure"
    ]

    # Bars and trends are decorative on the web; PDF/UA requires a text of each figure.
    assert "without text" not in figures
    assert "QR code with the link to this report on the web" in figures
    assert [text for text in figures if "Line chart of the open risk score" in text] != []


@pytest.mark.slow
@pytest.mark.needs_pango
def test_pdf_links_to_the_report_and_its_evidence() -> None:
    content = exported_pdf()

    targets = {
        str(note.get_object()["/A"]["/URI"])
        for page in content.pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    }
    url = snapshot().share_url
    assert targets == {url, f"{url}/evidence/{FIXED[0]['id']}"}


@pytest.mark.slow
@pytest.mark.needs_pango
def test_pdf_contains_numbers_severities_and_page_numbers() -> None:
    content = exported_pdf()

    text = "\n".join(page.extract_text() for page in content.pages)
    for word in (
        "Production website",
        "84 %",
        "12 %",
        "334",
        "Critical",
        "Content-Security-Policy header is missing",
    ):
        assert word in text
    assert f"Page 1 of {len(content.pages)}" in text
    assert "fell by 186, from 520 on 19 November 2026 to 334 on 25 November 2026" in text


def structure(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from structure(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from structure(node["/K"])


@pytest.mark.slow
@pytest.mark.needs_pango
def test_right_to_left_name_of_a_project_takes_nothing_of_the_footer_into_its_line() -> None:
    exported = export("pdf", snapshot(project="موقع الشركة"))

    text = PdfReader(io.BytesIO(exported)).pages[1].extract_text()
    assert "Krafter Audit · موقع الشركة · 19 November" in text


@pytest.mark.slow
@pytest.mark.needs_pango
def test_pdf_prints_markup_without_reading_a_file_and_no_control_characters(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("content of the file")
    title = f'<img src="file://{secret}"><link rel=attachment href="file://{secret}">'

    exported = export(
        "pdf",
        snapshot(project="Shop\u2069\u202e", findings=[finding(1, title, "seo", "low", "new", 5)]),
    )

    content = PdfReader(io.BytesIO(exported))
    first, second, *_ = texts = [page.extract_text() for page in content.pages]
    assert "Shop\ufffd\ufffd has " in first
    assert "Krafter Audit · Shop\ufffd\ufffd · 19 November" in second
    assert "rel=attachment" in "".join(texts)
    assert not content.attachments
    assert b"content of the file" not in exported


@pytest.mark.needs_pango
def test_pdf_fetches_only_data_urls() -> None:
    fetcher = pdf.url_fetcher()

    assert fetcher.fetch("data:text/plain,yes").read() == b"yes"
    for url in ("file:///etc/hostname", "http://127.0.0.1/", "https://example.com/", "ftp://example.com/"):
        with pytest.raises(ValueError, match="disallowed protocol"):
            fetcher.fetch(url)


def test_pdf_export_without_pango_fails_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoPango:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    pdf.load_weasyprint.cache_clear()
    out = io.BytesIO()

    with pytest.raises(ExportFailed, match="apt-get install --no-install-recommends libpango-1.0-0"):
        EXPORTERS["pdf"].write(snapshot(), out)

    pdf.load_weasyprint.cache_clear()
    assert out.getvalue() == b""
