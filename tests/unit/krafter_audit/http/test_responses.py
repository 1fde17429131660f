import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from krafter_audit.http.client import Headers, Response


def response(body: bytes, content_type: str | None = None) -> Response:
    headers = Headers([(b"Content-Type", content_type.encode())] if content_type else [])
    return Response(
        "GET", "http://a/", 200, headers, body, False, "8.8.8.8", datetime.now(UTC), 1.0, 2.0, len(body)
    )


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), None, "é"),
        ("é".encode(), "text/html", "é"),
        (b"\xe9\x80", "text/html; charset=ISO-8859-1", "é€"),
        (b"\xe9", 'text/html; Charset = "latin-1"', "é"),
        (b"<meta charset=windows-1252>\x80", "text/html", "<meta charset=windows-1252>€"),
        (b"<meta charset=utf-8>\xe9", "text/html; charset=latin-1", "<meta charset=utf-8>é"),
        (b"\xef\xbb\xbf\xc3\xa9", "text/html; charset=latin-1", "é"),
        ("é".encode("utf-16"), None, "é"),
        (b"\xff", "text/html; charset=utf-8", "\ufffd"),
        ("é".encode(), "text/html; charset=nonsense", "é"),
        *[
            ("é".encode(), f"text/html; charset={name}", "é")
            for name in ("hex", "idna", "punycode", "undefined")
        ],
        (b"a\\u0041", "text/html; charset=unicode_escape", "a\\u0041"),
        (
            b"<script charset=utf-8></script><meta charset=koi8-r>\xc1",
            None,
            "<script charset=utf-8></script><meta charset=koi8-r>а",
        ),
        (b" " * 2000 + b"<meta charset=koi8-r>\xc1", None, " " * 2000 + "<meta charset=koi8-r>а"),
        (b'<?xml encoding="Shift_JIS"?>\x87\x40', None, '<?xml encoding="Shift_JIS"?>①'),
        (b"\x87\x40", "text/html; charset=x-sjis", "①"),
        (b"\x8b\xbe", "text/html; charset=gb2312", "嬀"),
        # Labels of the WHATWG Encoding Standard that Python does not support.
        *[
            (text.encode(codec), f"text/html; charset={label}", text)
            for text, codec, labels in (
                ("שלום", "iso8859-8", ("iso-8859-8-i", "iso-8859-8-e", "logical", "visual", "csISO88598I")),
                ("مرحبا", "iso8859-6", ("iso-8859-6-i", "iso-8859-6-e", "csiso88596e")),
                ("日本", "euc_jp", ("x-euc-jp", "csEUCPkdFmtJapanese")),
                ("한국", "cp949", ("ks_c_5601-1989", "ksc_5601", "cseuckr", "iso-ir-149", "csksc56011987")),
                ("中文", "gb18030", ("gb_2312-80", "csgb2312", "gb_2312")),
                ("中文", "big5hkscs", ("cn-big5", "x-x-big5")),
                ("Привет", "cp1251", ("x-cp1251",)),
                ("Привет", "koi8-r", ("koi", "koi8")),
                ("Привіт", "koi8-u", ("koi8-ru",)),
                ("Привет", "mac-cyrillic", ("x-mac-cyrillic", "x-mac-ukrainian")),
                ("é€", "cp1252", ("x-cp1252",)),
                ("é€", "mac-roman", ("x-mac-roman", "mac", "csmacintosh")),
                ("ไทย€", "cp874", ("dos-874", "iso-8859-11")),
                ("Ελλάδα", "iso8859-7", ("sun_eu_greek",)),
                ("žluť", "iso8859-2", ("iso88592",)),
            )
            for label in labels
        ],
        (b"<meta charset=utf-16>", None, "<meta charset=utf-16>"),
        (b"charset=koi8-r \xc3\xa9", "text/plain", "charset=koi8-r é"),
        (b"", None, ""),
    ],
)
def test_text_is_decoded_with_the_declared_charset(body: bytes, content_type: str | None, text: str) -> None:
    assert response(body, content_type).text == text


def test_invalid_json_raises_value_error() -> None:
    assert response(b'\xef\xbb\xbf{"a": [1]}').json() == {"a": [1]}
    for body in (b"", b"<html>", b"{", b"\xff", b"[" * 200_000):
        with pytest.raises(ValueError):
            response(body).json()


def test_digest_is_the_sha256_of_the_body() -> None:
    assert response(b"hello").sha256 == hashlib.sha256(b"hello").hexdigest()


def test_repr_of_headers_shows_no_values() -> None:
    assert "hunter2" not in repr(Headers([(b"Set-Cookie", b"hunter2")]))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (["text/html; charset=utf-8"], "text/html; charset=utf-8"),
        (["text/html", "text/html; charset=koi8-r"], "text/html; charset=koi8-r"),
        (["text/html; charset=koi8-r", "Text/HTML"], "text/html; charset=koi8-r"),
        (["text/html; charset=koi8-r", "text/plain"], "text/plain"),
        (["text/html, text/plain"], "text/plain"),
        (["text/html", "*/*", "nonsense", ""], "text/html"),
        (['text/html; a="b, text/plain"'], 'text/html; a="b, text/plain"'),
        (['text/html; a="b, text/plain'], 'text/html; a="b, text/plain'),
        (["nonsense"], ""),
        ([], ""),
    ],
)
def test_last_valid_content_type_counts(sent: list[str], expected: str) -> None:
    headers = Headers([(b"Content-Type", line.encode()) for line in sent])

    assert replace(response(b""), headers=headers).content_type == expected


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"shown", f"text/html; charset={' ' * 90_000}%"),
        (b"<meta " * 50 + b"charset=" + b" " * 32_000 + b"%shown", "text/html"),
    ],
    ids=["header", "meta element"],
)
def test_charset_behind_white_space_is_searched_in_linear_time(body: bytes, content_type: str) -> None:
    # In quadratic time, it would take minutes.
    assert response(body, content_type).text.endswith("shown")
