"""Import reports of other tools: SARIF, Lighthouse, axe-core and ZAP."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from findings.imports import axe, lighthouse, sarif, zap
from findings.imports.problem import Problem

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024  # of a report
FORMATS: Mapping[str, Callable[[Any], Iterator[Problem]]] = {
    "sarif": sarif.problems,
    "lighthouse": lighthouse.problems,
    "axe": axe.problems,
    "zap": zap.problems,
}
