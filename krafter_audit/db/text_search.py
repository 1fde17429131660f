"""Search rows by words, over a column whose upper case has a trigram index."""

import unicodedata
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL


def with_words(rows: QuerySet[Any], column: str, text: str) -> QuerySet[Any]:
    """Return the rows whose `column`, in NFC, contains each word. The rows must have no joins."""
    # A column that Django's model does not have. S611: its name is a constant of a model.
    rows = rows.alias(searched=RawSQL(column, [], output_field=TextField()))  # noqa: S611
    for word in unicodedata.normalize("NFC", text).split():
        rows = rows.filter(searched__icontains=word)
    return rows


def spellings(text: str) -> set[str]:
    """Return the text with each accented letter as one code point (NFC), and as two (NFD).

    For columns without an index.
    """
    # People type or paste their texts, and macOS writes file names in NFD.
    return {unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}
