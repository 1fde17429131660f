"""Metadata as real pages write it."""

import pytest

from scanner.outcome import FAILED, PASSED, Outcome
from tests.fakes.website import Answer, Site
from tests.unit.scanner.site_checks import outcome_of

XHTML = "application/xhtml+xml"
OPEN_GRAPH = '<meta property="og:type" content="a"><meta property="og:url" content="b">'

VARIANTS = [
    ("doctype", "text/html", "<?xml version='1.0'?><!doctype html><title>A</title>", PASSED),
    ("doctype", "text/html", "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN' 'x'>", FAILED),
    *[
        (key, "text/html", f"{OPEN_GRAPH}{text}", status)
        for key, text, status in (
            ("title_present", "<title>\u200b&shy;\ufeff</title>", FAILED),
            ("title_present", "<title>\u3164 \u2800\u034f</title>", FAILED),
            ("title_length", "<title>Home\u200b\u200b\u200b&shy;&shy;&shy;</title>", FAILED),
            ("title_length", "<title>Lamps&nbsp;and chairs</title>", PASSED),
            ("meta_description", '<meta name="description" content="\u200b">', FAILED),
            (
                "meta_description",
                '<meta name="description" content="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645">',
                PASSED,
            ),
            (
                "open_graph",
                '<meta property="og:title" content="\u200b"><meta property="og:image" content="c">',
                FAILED,
            ),
        )
    ],
    ("charset", "text/html", "<!-- <meta charset=utf-8> --><title>A</title>", FAILED),
    ("charset", "text/html", "<!-- <meta charset=utf-8><title>A</title>", FAILED),
    ("charset", "text/html", "<!-- a --><META CHARSET = 'utf-8'><title>A</title>", PASSED),
    ("charset", XHTML, "<html xmlns='http://www.w3.org/1999/xhtml'><head/></html>", PASSED),
    *[
        (
            "viewport_meta",
            "text/html",
            f'<title>A</title><meta name="viewport" content="{content}"><p>B',
            status,
        )
        for content, status in (
            ("width=600, initial-scale=0.5", FAILED),
            ("width=device-width initial-scale=1", PASSED),
            ("initial-scale=1.0; maximum-scale=5", PASSED),
            ("width=device-width, initial-scale=.9", FAILED),
            ("width=device-width, initial-scale=auto", PASSED),
            ("user-scalable=yes", FAILED),
        )
    ],
    (
        "open_graph",
        "text/html",
        f'{OPEN_GRAPH}<meta property="og:title twitter:title" content="A"><meta name="og:image:url" content="c">',
        PASSED,
    ),
    (
        "open_graph",
        "text/html",
        f'{OPEN_GRAPH}<meta property="og:title" content="A"><meta property="og:image" content=" ">',
        FAILED,
    ),
]


@pytest.mark.parametrize(("key", "kind", "text", "status"), VARIANTS)
def test_metadata_is_judged_in_each_type_of_document(key: str, kind: str, text: str, status: str) -> None:
    outcome = outcome_of(key, Site({"/": Answer(text, headers=[("Content-Type", kind)])}))

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize(
    ("charset", "body", "status"),
    [
        ("iso-8859-1", "<title>A</title><p>Größe".encode(), FAILED),
        ("iso-8859-1", "\ufeff<title>A</title><p>Größe".encode(), PASSED),
        ("iso-8859-1", "<title>A</title><p>Größe".encode("latin-1"), PASSED),
        ("iso-8859-1", b"<title>A</title><p>Size", PASSED),
        ('"UTF-8"', "<title>A</title><p>Größe".encode(), PASSED),
    ],
)
@pytest.mark.parametrize("place", ["header", "meta"])
def test_charset_is_not_fixed_by_one_in_which_the_page_is_not_written(
    place: str, charset: str, body: bytes, status: str
) -> None:
    in_header, in_meta = (charset, "") if place == "header" else ("", f"<meta charset={charset}>")
    answer = Answer(
        body.replace(b"<title>", in_meta.encode() + b"<title>"),
        headers=[("Content-Type", f"text/html; charset={in_header}" if in_header else "text/html")],
    )

    outcome = outcome_of("charset", Site({"/": answer}), before={"charset": Outcome(FAILED)})

    assert outcome.status == status
