"""The mode of a document, as `document.compatMode` of browsers and the HTML standard say."""

import pytest

from scanner.parsing import doctype

XHTML = '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"'
LOOSE = '"http://www.w3.org/TR/html4/loose.dtd"'
MODES = [
    ("<!doctype html>", "no-quirks"),
    ("<!DOCTYPE HTML >", "no-quirks"),
    ("<!doctypehtml><html>", "no-quirks"),
    ('\ufeff<?xml version="1.0"?>\n<!-- a --><!DOCTYPE html>', "no-quirks"),
    ('<!doctype html SYSTEM "about:legacy-compat">', "no-quirks"),
    ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML+RDFa 1.0//EN" "http://a/b.dtd">', "no-quirks"),
    ('<!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.2//EN" "http://a/b.dtd">', "no-quirks"),
    ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">', "no-quirks"),
    ("<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://a/b.dtd'>", "no-quirks"),
    (f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" {XHTML}>', "limited-quirks"),
    (f'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"{LOOSE}>', "limited-quirks"),
    ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">', "quirks"),
    ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">', "quirks"),
    ('<!DOCTYPE html lang="en">', "quirks"),
    ("<!DOCTYPE html PUBLIC>", "quirks"),
    ("<!DOCTYPE svg>", "quirks"),
    ("<!DOCTYPE>", "quirks"),
]


@pytest.mark.parametrize(("text", "mode"), MODES)
def test_mode_follows_the_doctype(text: str, mode: str) -> None:
    found = doctype.find(text)

    assert found
    assert doctype.mode_of(found) == mode


@pytest.mark.parametrize("text", ["<html>", "<br><!doctype html>", "<!-- <!doctype html> -->", "", "<!--"])
def test_text_without_a_doctype_at_its_start_has_none(text: str) -> None:
    assert doctype.find(text) is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "start", ["<!doctype html public", "<!doctype html system", "<!doctype", "<!doctype x '"]
)
def test_doctype_that_is_not_closed_is_searched_in_linear_time(start: str) -> None:
    # In cubic time, it would take hours.
    assert doctype.find(start + " " * doctype.MAX_PREAMBLE_LENGTH) is None
