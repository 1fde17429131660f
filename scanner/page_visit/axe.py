"""axe-core in the page: the rules that are asked for, on the page and on the frames of its origin."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from scanner.page_visit.isolated_world import World

# axe only asks for a review where an id is used twice and ARIA refers to it. There is nothing to review: one of the
# two elements is not reached.
SETTINGS = {"rules": [{"id": "duplicate-id-aria", "reviewOnFail": False}]}
MOST_ELEMENTS = 20
MOST_PASSED = 500

# What comes back of each rule. axe waits half a second for a frame that has no axe in it, which is then left out.
_RUN = """(async (ids, most, mostPassed) => {
  const rules = Object.fromEntries(ids.map((id) => [id, { enabled: true }]));
  const found = await axe.run(document, { runOnly: ids, rules });
  const told = (node) => ({
    target: node.target.flat().join(" > "),
    html: node.html.slice(0, 300),
    says: [...node.any, ...node.all, ...node.none].map((one) => one.message).slice(0, 3).join(" ").slice(0, 400),
  });
  const of = (list, id) => (list.find((one) => one.id === id) || { nodes: [] }).nodes;
  return ids.map((id) => ({
    rule: id,
    failed: of(found.violations, id).slice(0, most).map(told),
    count: of(found.violations, id).length,
    unsure: of(found.incomplete, id).filter((node) => !node.any.some((one) => one.id === "frame-tested"))
      .slice(0, most).map(told),
    passed: of(found.passes, id).slice(0, mostPassed).map((node) => node.html.slice(0, 300)),
  }));
})"""


@dataclass(frozen=True)
class Verdict:
    """What axe says of one rule: the elements that break it (the first 20 of `count`) and those it can't judge.

    An element is `{target, html, says}`; `passed` holds the HTML of the elements that were found fine.
    """

    rule: str
    failed: list[dict[str, str]]
    count: int
    unsure: list[dict[str, str]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def run(world: World, rules: Sequence[str]) -> dict[str, Verdict]:
    """Return the verdict on each of the rules; each must be one that this axe has."""
    if not rules:
        return {}
    for frame in world.frames():
        if not world.evaluate("typeof axe === 'object'", frame):
            world.evaluate(f"{source()}\n;axe.configure({json.dumps(SETTINGS)})", frame)
    arguments = f"({json.dumps(list(rules))}, {MOST_ELEMENTS}, {MOST_PASSED})"
    return {told["rule"]: Verdict(**told) for told in _found(world, arguments)}


def _found(world: World, arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.evaluate(_RUN + arguments)
    return found


@cache
def source() -> str:
    """Return axe-core as the installed package ships it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@cache
def version() -> str:
    """Return the version that the source says it is."""
    found = re.search(r"axe v([\d.]+)", source()[:200])
    return found.group(1) if found else "unknown"
