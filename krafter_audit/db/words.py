"""Search rows by words: full-text search over an expression that has a GIN index."""

import re
from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

MAX_WORDS = 8
# Characters that separate words in URLs, check keys and ticket keys; PostgreSQL's parser would keep some as one word.
SEPARATORS = '/.:_-?&=#%@+~,;()[]{}"<>'
TRANSLATION = str.maketrans(SEPARATORS, " " * len(SEPARATORS))


def words_of(sql: str) -> str:
    """Return the SQL of the words in a text expression; immutable, so that an index can have it."""
    return f"to_tsvector('simple'::regconfig, translate({sql}, '{SEPARATORS}', '{' ' * len(SEPARATORS)}'))"


def with_words(rows: QuerySet[Any], vector: str, text: str) -> QuerySet[Any]:
    """Return the rows whose `vector` has every word of the text, or a word that begins with it."""
    words = text.split()[:MAX_WORDS]
    if not words:
        return rows
    conditions, params = [], []
    for word in words:
        parts = re.findall(r"\w+", word.translate(TRANSLATION))
        # Quoted, since to_tsquery has operators. The index also has each check key as one word.
        query = "%s::tsquery" if not parts else "(to_tsquery('simple', %s) || %s::tsquery)"
        conditions.append(query)
        params += [" & ".join(f"'{part}':*" for part in parts)] if parts else []
        params.append(f"{_quoted(word.lower())}:*")
    # S611: the columns are ours, and the words are parameters.
    condition = RawSQL(  # noqa: S611
        f"{vector.replace('%', '%%')} @@ ({' && '.join(conditions)})", params, output_field=BooleanField()
    )
    return rows.filter(condition)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
