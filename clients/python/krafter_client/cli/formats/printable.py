"""Text of a server or a site, for terminals and pipelines."""

import re
import unicodedata

ZERO_WIDTH_SPACE = "\u200b"
# GitHub, GitLab and Azure Pipelines (`##vso[`) execute these in the output of a step.
SECTION_COMMAND = re.compile(r"##(?=[a-z]*\[)", re.IGNORECASE)
RUNNER_COMMAND = re.compile(rf"::(?=[a-z-]+[ :])|{SECTION_COMMAND.pattern}", re.IGNORECASE)
# Controls of Latin-1, which terminals may execute; controls that reorder text; tags, whose text language models read.
INVISIBLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def without_controls(text: str) -> str:
    """Replace control characters, including line breaks and characters that reorder text."""
    # The categories of control, format, surrogate, line separator and paragraph separator.
    invisible = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        "\ufffd" if unicodedata.category(character) in invisible else character for character in text
    )


def printable(text: str) -> str:
    """Replace control characters, and end commands to a CI runner: a site may have sent either."""
    # A long text may be wrapped before the sign, and GitHub Actions executes a command at the start of a line.
    return RUNNER_COMMAND.sub(
        lambda sign: sign[0][0] + ZERO_WIDTH_SPACE + sign[0][1:], without_controls(text)
    )


def json_without_commands(document: str) -> str:
    """Return JSON of the same value without commands to a CI runner and invisible characters."""
    escaped = INVISIBLE.sub(lambda found: _json_escape(found[0]), document)
    return SECTION_COMMAND.sub(r"\\u0023#", escaped)


def _json_escape(sign: str) -> str:
    return re.sub("(....)", r"\\u\1", sign.encode("utf-16-be").hex())


def xml_without_commands(document: str) -> str:
    """Return XML of the same text in which no command to a CI runner is written."""
    at_line_start = re.sub(r"(?m)^(\s*):(?=:)", r"\1&#58;", document)
    return SECTION_COMMAND.sub("&#35;#", at_line_start)
