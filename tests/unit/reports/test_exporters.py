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
from reports.presentation import template_context
from reports.snapshots.snapshot import FINDING_KEYS, TASK_KEYS, Snapshot
from tests.unit.reports.sample_snapshot import FINDINGS, TASKS, finding, snapshot


def export(format: str, content: Snapshot) -> bytes:
    out = io.BytesIO()
    EXPORTERS[format].write(content, out)
    return out.getvalue()


@cache
def exported_pdf() -> PdfReader:
    return PdfReader(io.BytesIO(export("pdf", snapshot())))


def rows(content: Snapshot) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export("csv", content).decode(), newline="")))


def test_every_format_has_an_exporter() -> None:
    assert set(EXPORTERS) == set(Format.values)


def test_json_contains_report_summary_and_items_in_the_order_of_the_api() -> None:
    content = json.loads(export("json", snapshot()))

    assert list(content) == ["report", "summary", "findings", "tasks"]
    assert content["report"]["project_id"] == "production-website"
    assert content["summary"] == snapshot().summary
    assert content["findings"] == FINDINGS
    assert content["tasks"] == TASKS
    assert [list(item) for item in content["findings"]] == [list(FINDING_KEYS)] * len(FINDINGS)
    assert [list(item) for item in content["tasks"]] == [list(TASK_KEYS)] * len(TASKS)


def test_json_of_an_empty_project_has_empty_lists() -> None:
    content = json.loads(export("json", snapshot(findings=[], tasks=[])))

    assert (content["findings"], content["tasks"]) == ([], [])


def test_csv_is_one_table_with_the_record_type_in_the_first_column() -> None:
    table = rows(snapshot())

    kinds = [row["record"] for row in table]
    assert kinds == ["summary"] * 3 + ["risk_burn_down"] * 7 + ["finding"] * 7 + ["task"] * 3
    assert {row["title"]: row["value"] for row in table[:3]} == {
        "verification_pass_rate": "0.84",
        "regression_rate": "0.12",
        "open_findings": "6",
    }
    first = table[10]
    assert (first["title"], first["severity"], first["score"]) == (
        "Content-Security-Policy header is missing",
        "critical",
        "92",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_csv_prefixes_cells_that_a_spreadsheet_would_run(start: str) -> None:
    formula = finding(1, f"{start}cmd|' /C calc'!A0", "seo", "low", "new", 5)

    assert rows(snapshot(findings=[formula]))[10]["title"] == f"'{start}cmd|' /C calc'!A0"


def test_csv_keeps_quotes_commas_and_line_breaks() -> None:
    title = 'He said "no", then\r\nleft; ü 中'

    assert rows(snapshot(findings=[finding(1, title, "seo", "low", "new", 5)]))[10]["title"] == title


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


@pytest.mark.needs_pango
def test_pdf_is_tagged_and_has_language_and_title() -> None:
    content = exported_pdf()

    root = content.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert content.metadata is not None
    assert content.metadata.title == "Audit report: Production website, 19 November to 25 November 2026"


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


@pytest.mark.needs_pango
def test_burn_down_chart_in_the_pdf_has_an_alternative_text() -> None:
    content = exported_pdf()

    figures = [
        node for node in structure(content.root_object["/StructTreeRoot"]) if node.get("/S") == "/Figure"
    ]
    assert any("Line chart of the open risk score" in str(node.get("/Alt")) for node in figures)


def structure(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from structure(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from structure(node["/K"])


@pytest.mark.needs_pango
def test_long_pdf_lists_the_first_findings_and_refers_to_the_other_exports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(template_context, "MAX_PDF_FINDINGS", 20)
    many = [finding(index, f"Finding {index}", "security", "high", "new", 50) for index in range(25)]

    content = PdfReader(io.BytesIO(export("pdf", snapshot(findings=many))))

    text = " ".join("\n".join(page.extract_text() for page in content.pages).split())
    assert "The first 20 of 25 open findings" in text
    assert "5 more open findings are in the JSON and CSV exports." in text
    assert "Finding 19 " in text
    assert "Finding 20 " not in text


@pytest.mark.needs_pango
def test_pdf_prints_markup_in_a_title_and_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("content of the file")
    title = f'<img src="file://{secret}"><link rel=attachment href="file://{secret}">'

    exported = export("pdf", snapshot(findings=[finding(1, title, "seo", "low", "new", 5)]))

    content = PdfReader(io.BytesIO(exported))
    assert "rel=attachment" in "".join(page.extract_text() for page in content.pages)
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
