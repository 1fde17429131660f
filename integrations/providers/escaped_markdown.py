"""Markdown of a text that others have written: it keeps its format, and has no effect beyond its own place.

It refers to no issue, mentions no person, contains no HTML, and opens no code block that it does not close. Sources:
CommonMark 0.31, sections 4.5 (fenced code blocks), 6.1 (code spans) and 6.6 (raw HTML); GitHub, "Autolinked references
and URLs"; GitLab, "GitLab-specific references".
"""

import re
from collections.abc import Iterator, Sequence

# A backslash or an entity before a sign does not prevent a reference: vendors look for them in the rendered text.
ZERO_WIDTH_SPACE = "\u200b"
MAX_TEXT_LENGTH = 60_000  # GitHub accepts 65,536 characters; the rest is for what people add
# The signs that begin a reference, by what follows them.
# Linear: the address of a person's profile mentions them.
LINEAR_REFERENCES = re.compile(r"@|https?(?=://linear\.app/[^/\s]+/profiles/)", re.IGNORECASE)
# The address of an issue is a reference to it at GitHub and GitLab, which may be on any host.
GITHUB_REFERENCES = re.compile(
    r"@|#(?=\d)|GH(?=\\?-\d)|https?(?=://[^/\s]+/[^/\s]+/[^/\s]+/(?:issues|pull|discussions)/\d)",
    re.IGNORECASE,
)
GITLAB_REFERENCES = re.compile(
    # Issues, merge requests, snippets, epics; milestones and labels; `[vulnerability:1]`, `[issue:1]`; alerts, GL-1.
    r"@|[#!$&](?=\d)|[%~](?=[\w\"])|\[(?=[a-z_]+:)|\^(?=alert)|GL(?=\\?-\d)"
    r"|https?(?=:/(?:/[^/\s]+)+/(?:issues|work_items|merge_requests|epics|snippets|milestones)/\d)",
    re.IGNORECASE,
)
ESCAPED_SIGN = re.compile(rf"([@#!$&%~^\[]|GH|GL|https?){ZERO_WIDTH_SPACE}", re.IGNORECASE)
LINE_END = re.compile(r"\r\n|\r|\n")
# At the margin, and so in no list item, which would end with the next line.
FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
# After the signs of quotations and list items, too.
LOOSE_FENCE = re.compile(r"(?P<before>[\s>*+.)\d-]*)(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})")
CODE_SPAN = re.compile(r"((?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))")
# Characters that may end a link in Markdown end it here, too.
URL = re.compile(r"\bhttps?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>()\[\]`\"'*@]*)?")
ENTITY = re.compile(r"&(?=#?\w+;)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")


def escape(text: str, references: re.Pattern[str]) -> str:
    """Return the escaped text, cut to 60,000 characters. `references` are the signs of the vendor."""
    text = text[:MAX_TEXT_LENGTH]
    while len(escaped := "\n".join(_escape_lines(LINE_END.split(text), references))) > MAX_TEXT_LENGTH:
        # The text itself, since a cut through the escaped one could open a code block again.
        text = text[: len(text) * MAX_TEXT_LENGTH // len(escaped)]
    return escaped


def without_references(text: str, references: re.Pattern[str]) -> str:
    """Return a text of one line in which no sign begins a reference."""
    return references.sub(lambda sign: sign[0] + ZERO_WIDTH_SPACE, text)


def with_references(text: str) -> str:
    """Return the text before `without_references`."""
    return ESCAPED_SIGN.sub(r"\1", text)


def _escape_lines(lines: Sequence[str], references: re.Pattern[str]) -> Iterator[str]:
    position, unclosed = 0, dict[str, int]()
    while position < len(lines):
        end = _end_of_code(lines, position, unclosed)
        if end is None:
            yield _escape_line(lines[position], references)
            position += 1
        else:
            # Code is shown as it is, but for the comments that delimit our block.
            yield from (line.replace("<!--", f"<{ZERO_WIDTH_SPACE}!--") for line in lines[position : end + 1])
            position = end + 1


def _end_of_code(lines: Sequence[str], start: int, unclosed: dict[str, int]) -> int | None:
    """Return the line that closes the code block of a line; None if it opens none, or if it is not closed."""
    found = FENCE.fullmatch(lines[start])
    fence = (found[1] or found[2]) if found else ""
    if not fence or len(fence) >= unclosed.get(fence[0], len(fence) + 1):
        return None
    closing = re.compile(rf" {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*")
    for position in range(start + 1, len(lines)):
        if closing.fullmatch(lines[position]):
            return position
    # The shortest fence that no later line closes: for a longer one no line is read again.
    unclosed[fence[0]] = len(fence)
    return None


def _escape_line(line: str, references: re.Pattern[str]) -> str:
    if found := LOOSE_FENCE.match(line):
        literal = "".join(f"\\{sign}" for sign in found["fence"])
        line = f"{found['before']}{literal}{line[found.end() :]}"
    written, reached = [], 0
    for url in URL.finditer(line):
        # A number after # in a URL is its fragment; a URL may be a reference itself.
        address = without_references(url[0], references) if references.match(url[0]) else url[0]
        written += [without_references(line[reached : url.start()], references), address]
        reached = url.end()
    written.append(without_references(line[reached:], references))
    return _without_html("".join(written))


def _without_html(line: str) -> str:
    written, reached = [], 0
    for code in CODE_SPAN.finditer(line):
        written += [_as_entities(line[reached : code.start()]), _with_spaces(code[0])]
        reached = code.end()
    return "".join([*written, _as_entities(line[reached:])])


def _as_entities(text: str) -> str:
    return TAG.sub("&lt;", ENTITY.sub("&amp;", text)).replace("-->", "--&gt;")


def _with_spaces(code: str) -> str:
    # An entity would be shown as such in code; if this is no code after all, the space prevents tags and entities.
    spaced = TAG.sub(f"<{ZERO_WIDTH_SPACE}", ENTITY.sub(f"&{ZERO_WIDTH_SPACE}", code))
    return spaced.replace("-->", f"--{ZERO_WIDTH_SPACE}>")
