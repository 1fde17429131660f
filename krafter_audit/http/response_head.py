"""Leave out the lines of a response's head that browsers ignore; the parser would reject the whole response."""

import re
from collections.abc import Iterator

MAX_HEAD_BYTES = 100 * 1024  # as httpcore's parser
_LINE = re.compile(rb"[^\n]*\n")
_END = re.compile(rb"\n\r?\n")
_END_LENGTH = 3
# 101 is final: the next bytes are another protocol (RFC 9110, 15.2.2).
_INFORMATIONAL = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d\b")
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
# Parsers disagree about the end of a line with these characters. Ours rejects such a line.
_AMBIGUOUS = re.compile(rb"[\r\0]")


class ResponseHeads:
    """Filters the heads in the bytes of one connection: those of informational responses, and the final one."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer without the end of a head
        self._is_over = False  # the next bytes are the body

    def feed(self, received: bytes) -> bytes:
        """Return what the parser may read; nothing while a head is incomplete. Empty `received`: the end."""
        if self._is_over:
            return received
        self._buffer += received
        passed = bytearray()
        for head in self._complete_heads():
            # A connection has one request, so no line can hide another response.
            passed += _filtered(head)
            self._is_over = not _INFORMATIONAL.match(head)
        if self._is_over or not received or len(self._buffer) > MAX_HEAD_BYTES:
            self._is_over = True
            passed, self._buffer = passed + self._buffer, bytearray()
        return bytes(passed)

    def _complete_heads(self) -> Iterator[bytes]:
        while not self._is_over and (end := _END.search(self._buffer, self._searched)):
            head = bytes(self._buffer[: end.end()])
            del self._buffer[: end.end()]
            self._searched = 0
            yield head
        # The end may lie across two pieces. From the start, a head in pieces of one byte takes quadratic time.
        self._searched = max(0, len(self._buffer) - _END_LENGTH + 1)


def _filtered(head: bytes) -> bytes:
    status_line, *lines, blank_line = _LINE.findall(head)
    kept, is_kept = [status_line], False
    for line in lines:
        if not line.startswith((b" ", b"\t")):  # otherwise the line continues the line before
            line, is_kept = _header_line(line)
        kept += [line] if is_kept else []
    return b"".join([*kept, blank_line])


def _header_line(line: bytes) -> tuple[bytes, bool]:
    """Return the line without white space before its colon, and whether to pass it to the parser."""
    if _AMBIGUOUS.search(line.rstrip(b"\r\n")):
        return line, True
    name, colon, text = line.partition(b":")
    # Chromium trims it, and RFC 9112 (5.1) requires it of a proxy.
    name = name.rstrip(b" \t")
    # Chromium skips a line without a colon, and one whose name is not a token, such as `X Foo: bar`.
    return name + colon + text, bool(colon and _TOKEN.fullmatch(name))
