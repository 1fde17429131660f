"""Words that the project does not use in prose, and where they are.

`python -m tests.project_rules.prose` prints the number of hits for each package, `… PATH` each hit below a path.
Searched are comments and docstrings of Python files, the text of templates, and Markdown outside of code.
"""

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.project_rules.source import PACKAGES, ROOT

# Pattern → what to write instead. Case is ignored; a pattern matches whole words.
FORBIDDEN = {
    r"mend(s|ed|ing)?": "fix",
    r"nudg(e|es|ed|ing)": "enqueue; a queue message",
    r"(is|are|was|were|be|been) told": "name the actor: reports, returns, logs",
    r"tell(s|ing)? of": "report",
    r"house": "project",
    r"rooms?": "package, folder",
    r"by the clock": "scheduled",
    r"held against": "compared with",
    r"far ends?": "the remote server",
    r"(one )?ways? out": "the HTTP client",
    r"guarded door": "the HTTP client",
    r"leash(es|ed)?": "process guard",
    r"thrift|thrifty": "low-memory",
    r"what lets? in(to)?|lets? in(to)?|let in(to)?": "site credentials; authenticate",
    r"whoever|nobody": "name the actor",
    r"stands? (in|there|beside)": "is in",
    r"look(s|ed|ing)? again": "check again, re-run",
    r"look(s|ed|ing)? at": "check, read",
    r"(a|the|this|first|second|last|each|every|no|earlier|another) look": "check, visit",
    r"who (asks|calls|writes|waits|sends|comes)": "name the actor",
    r"as ever": "as before",
    r"can('t| not|not) be had|could not be had": "is in use; is unavailable",
    r"asks": "requests, queries",
    r"asked for": "requested",
    r"(is|are|was|were|be|being) away": "unavailable",
    r"(still|it|chain|that) holds": "is valid",
    r"for ever": "permanently",
    r"apart by commas": "comma-separated",
    r"of its own": "its own",
    r"in the place of": "instead of",
    r"in turns": "alternately",
    r"anew": "again",
    r"waver(s|ed|ing)?": "fluctuate",
    r"forg(et|ets|etting|ot|otten)": "delete",
    r"pictures?": "screenshot; snapshot",
    r"sightings?": "finding report",
    r"tall(y|ies)": "counter",
    r"weigh(s|ed|ing)?": "weight; traffic weight",
    r"(?<!isolated\s)(?<!javascript\s)worlds?": "scenario; fixture",
    r"passed over": "rejected",
    r"what is absent": "not found",
    r"no such thing": "not found",
    r"state of things": "current state",
    r"in vain": "without success",
    r"take(s|n)? in|took in": "import; ingest; receive",
    r"sees to": "ensures",
    r"for want of": "without",
    r"the record of what happened|on record": "audit log",
}
_EACH = {
    re.compile(rf"\b(?:{pattern})\b".replace(" ", r"\s+"), re.IGNORECASE): instead
    for pattern, instead in FORBIDDEN.items()
}
_ANY = re.compile("|".join(pattern.pattern for pattern in _EACH), re.IGNORECASE)
# In a text without capitals, the expression finds in half the time that there is nothing.
_ANY_WITHOUT_CAPITALS = re.compile(_ANY.pattern)

# Where a forbidden word is the right one: path → the words.
ALLOWED: dict[str, set[str]] = {
    "tests/project_rules/prose.py": {"*"},
    "scanner/checks/performance/web_vitals.py": {"second look"},
}

FOLDERS = (*PACKAGES, "clients", "docs", "templates", "tests")
SKIPPED = {"migrations", "node_modules"}


@dataclass(frozen=True)
class Hit:
    """One use of a forbidden word."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word} → {self.instead}"


def hits(path: str) -> list[Hit]:
    """Return the hits of a file that are not allowed."""
    allowed = ALLOWED.get(path, set())
    return [hit for hit in all_hits(path) if "*" not in allowed and hit.word not in allowed]


@cache
def all_hits(path: str) -> tuple[Hit, ...]:
    """Return the hits of a file, allowed ones too."""
    return tuple(found_in(path, (ROOT / path).read_text(encoding="utf-8")))


def found_in(path: str, text: str) -> Iterator[Hit]:
    """Yield the forbidden words in the prose of a text; the path says what kind of text it is."""
    if not _ANY_WITHOUT_CAPITALS.search(text.casefold()):
        return
    for line, prose in _prose(path, text):
        for match in _ANY.finditer(prose):
            word = " ".join(match.group().lower().split())
            instead = next(instead for pattern, instead in _EACH.items() if pattern.fullmatch(match.group()))
            yield Hit(path, line + prose.count("\n", 0, match.start()), word, instead)


def files(*below: str) -> list[str]:
    """Return the files with prose below these paths; without paths, all of the project."""
    kinds = {".py", ".html", ".txt", ".md"}
    roots = [ROOT / path for path in below] or [*(ROOT / name for name in FOLDERS), *ROOT.glob("*.md")]
    found = {
        path.relative_to(ROOT)
        for root in roots
        for path in ([root] if root.is_file() else root.rglob("*"))
        if path.suffix in kinds
    }
    return sorted(str(path) for path in found if not SKIPPED & set(path.parts))


def _prose(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces of prose with the numbers of their first lines."""
    if path.endswith(".py"):
        yield from _comments(text)
        yield from _docstrings(text)
    elif path.endswith(".md"):
        yield 1, _outside_code(text)
    else:
        yield 1, re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", _blank, text, flags=re.DOTALL)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], _without_code(token.string)


def _docstrings(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            if docstring is not None:
                yield node.body[0].lineno, _without_code(docstring)


def _outside_code(text: str) -> str:
    text = re.sub(r"^```.*?^```", _blank, text, flags=re.MULTILINE | re.DOTALL)
    # The error table quotes the messages of the code.
    text = re.sub(r"(?<=\| \d{3} \|)[^|\n]*", _blank, text)
    return _without_code(text)


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`|\]\([^)\n]*\)", _blank, text)


def _blank(match: re.Match[str]) -> str:
    """Return spaces of the same length; line breaks stay."""
    return re.sub(r"[^\n]", " ", match.group())


def main(below: list[str]) -> None:
    """Print each hit below the given paths; without paths, the number for each package."""
    found = [hit for path in files(*below) for hit in hits(path)]
    if below:
        print(*sorted(found, key=lambda hit: (hit.path, hit.line)), sep="\n")
    else:
        for package, count in Counter(hit.path.split("/")[0] for hit in found).most_common():
            print(f"{count:6} {package}")
    print(f"{len(found):6} in total")


if __name__ == "__main__":
    main(sys.argv[1:])
