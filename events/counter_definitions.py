"""Which totals are kept, said by the app whose table they are of (`tallies` of its AppConfig).

The triggers that keep them are installed by that app's migrations (`events/triggers.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps


@dataclass(frozen=True)
class Kept:
    """One total: the rows of `table` and the sum of `score`, by `facets`, of the rows that meet `where`.

    A facet is a column, or a name and its SQL. `of` and `day` are SQL of the table's columns, where a total is kept
    for each of them. Of one that says on which day it moved (`by_day`), the sum over all days alone can be counted
    again.
    """

    kind: str
    table: str
    facets: tuple[str | tuple[str, str], ...] = ()
    score: str = "0"
    where: str = "true"
    of: str = "NULL::uuid"
    day: str = "NULL::date"
    by_day: bool = False

    @property
    def described(self) -> str:
        """The facets of a row, as SQL."""
        named = [(facet, facet) if isinstance(facet, str) else facet for facet in self.facets]
        pairs = ", ".join(f"'{name}', {value}" for name, value in named)
        return f"jsonb_build_object({pairs})"


def all_kept() -> Iterator[Kept]:
    """Walk over the totals of every app."""
    for config in apps.get_app_configs():
        yield from getattr(config, "tallies", ())
