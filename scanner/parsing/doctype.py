"""The mode in which browsers render a document, from its doctype (HTML standard, 13.2.6.4.1)."""

import re
from typing import Literal

type Mode = Literal["no-quirks", "limited-quirks", "quirks"]

MAX_PREAMBLE_LENGTH = 5000  # characters that are searched
# Possessive: the rest matches up to any `>`; without a `>`, no other division of the white space matches.
_DOCTYPE = re.compile(
    r"""<!doctype\s*+(?P<name>[^\s>]*+)(?P<keyword>\s++(?:public\s*+(?P<public>"[^">]*+"|'[^'>]*+')?+|system)"""
    r"""\s*+(?P<system>"[^">]*+"|'[^'>]*+')?+)?+(?P<rest>[^>]*+)>""",
    re.IGNORECASE,
)
# Comments, also bogus ones such as an XML declaration.
_COMMENT = re.compile(r"<!--(?:>|->|.*?--!?>)|<\?[^>]*>|<!(?!doctype|--)[^>]*>", re.IGNORECASE | re.DOTALL)
_QUIRKS_IDS = ("-//w3o//dtd w3 html strict 3.0//en//", "-/w3c/dtd html 4.0 transitional/en", "html")
_QUIRKS_SYSTEM_ID = "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd"
_QUIRKS_PREFIXES = (
    "+//silmaril//dtd html pro v0r11 19970101//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html",
    "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer ",
    "-//netscape comm. corp.//dtd html//",
    "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html ",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro ",
    "-//softquad//dtd hotmetal pro ",
    "-//spyglass//dtd html 2.0 extended//",
    "-//sun microsystems corp.//dtd hotjava ",
    "-//w3c//dtd html 3 1995-03-24//",
    "-//w3c//dtd html 3.2",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental ",
    "-//w3c//dtd w3 html ",
    "-//w3o//dtd w3 html 3.0//",
    "-//webtechs//dtd mozilla html ",
)
_LIMITED_PREFIXES = ("-//w3c//dtd xhtml 1.0 frameset//", "-//w3c//dtd xhtml 1.0 transitional//")
_HTML_4_PREFIXES = ("-//w3c//dtd html 4.01 frameset//", "-//w3c//dtd html 4.01 transitional//")


def find(text: str) -> re.Match[str] | None:
    """Return the doctype at the start of a document, after white space and comments."""
    rest = text[:MAX_PREAMBLE_LENGTH].lstrip("\ufeff \t\r\n\f")
    while comment := _COMMENT.match(rest):
        rest = rest[comment.end() :].lstrip()
    return _DOCTYPE.match(rest)


def mode_of(doctype: re.Match[str]) -> Mode:
    public, system = (_identifier(doctype[name]) for name in ("public", "system"))
    # `<!doctype html lang="en">`, `<!doctype html public>`
    is_cut_off = bool(doctype["keyword"]) and public is None
    is_malformed = system is None and bool(is_cut_off or doctype["rest"].strip())
    if doctype["name"].lower() != "html" or is_malformed or _is_quirky(public or "", system):
        return "quirks"
    is_limited = (public or "").startswith(_LIMITED_PREFIXES + _HTML_4_PREFIXES)
    return "limited-quirks" if is_limited else "no-quirks"


def _is_quirky(public: str, system: str | None) -> bool:
    return (
        public in _QUIRKS_IDS
        or public.startswith(_QUIRKS_PREFIXES)
        or system == _QUIRKS_SYSTEM_ID
        or (system is None and public.startswith(_HTML_4_PREFIXES))
    )


def _identifier(quoted: str | None) -> str | None:
    return None if quoted is None else quoted[1:-1].lower()
