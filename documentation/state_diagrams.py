"""State diagrams: Mermaid for docs/states.md from the transition tables, and SVG with a table for the site."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.template.loader import render_to_string

from krafter_audit.db.transitions import StatusTransitions

CREATION = "[*]"
ARROW = re.compile(r"^ +(\S+) --> (\w+)(?:: ([\w, ]+))?$", re.MULTILINE)
# Geometry of the SVG, in pixels.
BOX_WIDTH, BOX_HEIGHT, ROW_HEIGHT, MARGIN, ARC_STEP, PORT_STEP = 132, 44, 76, 34, 15, 7


@dataclass(frozen=True)
class Arrow:
    start: str
    end: str
    cause: str = ""  # empty for a PATCH or a worker's change


@dataclass(frozen=True)
class Curve:
    """An arrow in the drawing, or two opposite ones."""

    path: str  # SVG path data
    heads: tuple[str, ...]  # SVG path data
    is_caused: bool


@dataclass(frozen=True)
class Box:
    """A status in the drawing: its upper left corner, and the place of its text."""

    status: str
    x: int
    y: int
    middle_x: int
    middle_y: int
    is_last: bool


@dataclass(frozen=True)
class Diagram:
    """The arrows of a status, the creation of a row first."""

    arrows: tuple[Arrow, ...]

    @classmethod
    def from_transitions(
        cls,
        transitions: StatusTransitions,
        order: Sequence[str],
        first: str,
        causes: Mapping[tuple[str, str], str],
    ) -> Self:
        """Read a transition table; `causes` may have `*` as a start or an end."""
        pairs = [(start, end) for start in order for end in order if start != end]
        arrows = [
            Arrow(start, end, _cause(start, end, causes))
            for start, end in pairs
            if transitions.allows(start, end)
        ]
        return cls((Arrow(CREATION, first), *arrows))

    @classmethod
    def parse(cls, mermaid: str) -> Self:
        """Read a Mermaid state diagram. Raises ValueError for another diagram."""
        header, _, rest = mermaid.partition("\n")
        found = ARROW.findall(rest)
        if header != "stateDiagram-v2" or len(found) != len(rest.splitlines()):
            raise ValueError("Only state diagrams with an arrow in each line are drawn.")
        return cls(tuple(Arrow(*groups) for groups in found))

    def mermaid(self) -> str:
        lines = [
            f"    {arrow.start} --> {arrow.end}{f': {arrow.cause}' if arrow.cause else ''}"
            for arrow in self.arrows
        ]
        return "\n".join(["stateDiagram-v2", *lines, ""])

    @property
    def statuses(self) -> list[str]:
        found = [word for arrow in self.arrows for word in (arrow.start, arrow.end) if word != CREATION]
        return list(dict.fromkeys(found))

    def html(self) -> str:
        """Return the drawing and, for readers who do not see it, a table."""
        return render_to_string("documentation/state_diagram.html", Drawing(self).context())


def _cause(start: str, end: str, causes: Mapping[tuple[str, str], str]) -> str:
    found = (causes.get(pair) for pair in ((start, end), ("*", end), (start, "*")))
    return next((cause for cause in found if cause), "")


class Drawing:
    """Statuses below each other; arcs in both directions at the right, others at the left."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.rows = {status: row for row, status in enumerate(diagram.statuses)}
        self.caused = {(arrow.start, arrow.end): arrow.cause for arrow in diagram.arrows}
        self.ports: dict[tuple[str, bool], int] = {}
        pairs = [pair for pair in self.caused if pair[0] != CREATION]
        self.two_way = self._nested(
            pair for pair in pairs if pair[::-1] in self.caused and self._is_down(pair)
        )
        self.one_way = self._nested(pair for pair in pairs if pair[::-1] not in self.caused)
        self.left = MARGIN + ARC_STEP * len(self.one_way) + 20
        self.right = self.left + BOX_WIDTH
        self.totals = {
            (status, is_right): sum(status in pair for pair in (self.two_way if is_right else self.one_way))
            for status in self.rows
            for is_right in (False, True)
        }

    def context(self) -> dict[str, object]:
        width = self.right + ARC_STEP * len(self.two_way) + MARGIN + 20
        outgoing = [arrow for arrow in self.diagram.arrows if arrow.start != CREATION]
        first = self.diagram.arrows[0].end
        return {
            "width": width,
            "height": ROW_HEIGHT * len(self.rows) + 20,
            "boxes": [self._box(status) for status in self.rows],
            "curves": [
                *self._curves(self.one_way, is_right=False),
                *self._curves(self.two_way, is_right=True),
            ],
            "first": first,
            "start_x": self.left + BOX_WIDTH // 2,
            "rows": [
                (status, [arrow for arrow in outgoing if arrow.start == status]) for status in self.rows
            ],
        }

    def _is_down(self, pair: tuple[str, str]) -> bool:
        return self.rows[pair[0]] < self.rows[pair[1]]

    def _nested(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(pairs, key=lambda pair: abs(self.rows[pair[0]] - self.rows[pair[1]]))

    def _box(self, status: str) -> Box:
        y = self._top(status)
        is_last = not any(start == status for start, _ in self.caused)
        return Box(status, self.left, y, self.left + BOX_WIDTH // 2, y + BOX_HEIGHT // 2 + 5, is_last)

    def _top(self, status: str) -> int:
        return 40 + ROW_HEIGHT * self.rows[status]

    def _curves(self, pairs: list[tuple[str, str]], *, is_right: bool) -> list[Curve]:
        return [self._curve(pair, level, is_right=is_right) for level, pair in enumerate(pairs)]

    def _curve(self, pair: tuple[str, str], level: int, *, is_right: bool) -> Curve:
        edge, sign = (self.right, 1) if is_right else (self.left, -1)
        start, end = (self._port(status, is_right) for status in pair)
        reach = edge + sign * (30 + ARC_STEP * level * 4 // 3)
        heads = [_head(edge, end, sign), *([_head(edge, start, sign)] if is_right else [])]
        path = f"M{edge} {start} C{reach} {start} {reach} {end} {edge} {end}"
        is_caused = bool(self.caused[pair] or self.caused.get(pair[::-1], ""))
        return Curve(path, tuple(heads), is_caused)

    def _port(self, status: str, is_right: bool) -> int:
        """Return the next free height at a side of a box."""
        number = self.ports[status, is_right] = self.ports.get((status, is_right), -1) + 1
        spread = number - (self.totals[status, is_right] - 1) / 2
        return round(self._top(status) + BOX_HEIGHT / 2 + spread * PORT_STEP)


def _head(x: int, y: int, sign: int) -> str:
    return f"M{x} {y} l{sign * 8} -4 v8 z"
