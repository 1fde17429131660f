"""Search rows by words, over an SQL expression with a trigram index."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL


def with_words(rows: QuerySet[Any], searched: str, text: str) -> QuerySet[Any]:
    """Return the rows whose expression `searched` contains each word. The rows must have no joins."""
    # S611: the expression is a constant of a model.
    rows = rows.alias(searched=RawSQL(searched, [], output_field=TextField()))  # noqa: S611
    for word in text.split():
        rows = rows.filter(searched__icontains=word)
    return rows
