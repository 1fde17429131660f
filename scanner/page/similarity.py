"""Compare a page with its earlier version by their words and links.

The share of its stored sample that is found in a page estimates the share of the earlier page that is left: most of it
after a fix, hardly any in a notice or a bot challenge.
"""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

HASH_BYTES = 3  # of a fingerprint: enough to compare two pages
SAMPLE_SIZE = 32  # fingerprints that the evidence stores
MIN_FINGERPRINTS = 8  # a sample of fewer words and links is not enough for a comparison
# When a fifth of a page is left, fewer than two hashes of the sample are found in 7 of 1,000 cases.
MIN_SHARED = 2
MIN_SHARE = 0.7  # of a sample that must be left where other evidence says that the page may be another one
MAX_CHARACTERS = 512 * 1024

# An element or comment that is not closed ends with the page, as in a browser: a search for its end from each start
# takes quadratic time.
_INVISIBLE = re.compile(
    r"<(script|style|template|title(?!\s*/>))\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# Without the start of its URL: a site may move to HTTPS, or to www.
_LINK = re.compile(r"\b(?:href|src)\s*=\s*[\"']?(?:(?:https?:)?//(?:www\.)?)?([^\"'\s>?#]+)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>?")
# Vowel signs and accents are parts of words, as in Hindi and Thai, but `\w` does not match them.
MARKS = "".join(
    chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]){{4,}}")


def fingerprints(html: str, title: str) -> frozenset[bytes]:
    """Return the hashes of the page's links and of its words of five letters or more, without the title's."""
    visible = without_invisible(html)
    words = set(_WORD.findall(without_tags(visible).lower())) - set(_WORD.findall(title.lower()))
    return frozenset(hash_of(text) for text in words | set(_LINK.findall(visible)))


def without_invisible(html: str) -> str:
    """Return the HTML without its titles, comments, templates, scripts and styles."""
    # Scripts and styles change with each release.
    return _INVISIBLE.sub(" ", html[:MAX_CHARACTERS])


def visible_text(html: str) -> str:
    return without_tags(without_invisible(html))


def without_tags(html: str) -> str:
    return _TAG.sub(" ", html)


def hash_of(text: str) -> bytes:
    return blake2b(text.encode(errors="replace"), digest_size=HASH_BYTES).digest()


def sample(page_hashes: frozenset[bytes]) -> str:
    """Return the sample of a page as hex; empty when the page has too few words and links."""
    # The smallest hashes: a bottom-k sketch (Broder 1997).
    return hashes_to_hex(sorted(page_hashes)[:SAMPLE_SIZE]) if len(page_hashes) >= MIN_FINGERPRINTS else ""


def hashes_to_hex(hashes: Iterable[bytes]) -> str:
    """Return the hashes as one hexadecimal text; `hashes_from_hex` parses it."""
    return b"".join(sorted(hashes)).hex()


def hashes_from_hex(sample: str) -> frozenset[bytes]:
    """Return the hashes of a stored sample; none if it is malformed."""
    try:
        raw = bytes.fromhex(sample)
    except (TypeError, ValueError):  # evidence may come from outside
        return frozenset()
    return frozenset(raw[start : start + HASH_BYTES] for start in range(0, len(raw), HASH_BYTES))


def estimated_size(hashes: frozenset[bytes]) -> float:
    """Return about how many words and links the page has of which these are the sample."""
    if len(hashes) < SAMPLE_SIZE:
        return len(hashes)
    # Of n evenly distributed hashes, the k-th smallest is at about k/n of the range.
    return (SAMPLE_SIZE - 1) * 256**HASH_BYTES / int.from_bytes(max(hashes))


def is_mostly_left(known: frozenset[bytes], page_hashes: frozenset[bytes]) -> bool:
    return bool(known) and len(known & page_hashes) >= MIN_SHARE * len(known)


def is_similar(stored: str, page_hashes: frozenset[bytes]) -> bool:
    """Return whether a page may be the one that was sampled; without a sample it may."""
    hashes = hashes_from_hex(stored)
    return not hashes or len(hashes & page_hashes) >= MIN_SHARED
