"""What a vendor says when it is asked about a finding again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer. `is_mended` is None where the vendor's words do not say: then nobody has seen it mended.

    `says` is a sentence, `seen` what it was read from.
    """

    is_mended: bool | None
    says: str
    seen: Mapping[str, Any] = field(default_factory=dict)


def by_state(
    state: Any,
    *,
    mended: Mapping[str, str],
    open_: Mapping[str, str],
    undecided: Mapping[str, str],
    what: str,
) -> Reply:
    """Judge by one word of the vendor's; a word that this build does not know says nothing."""
    seen, word = {"state": state}, str(state)
    for verdict, words in ((True, mended), (False, open_), (None, undecided)):
        if word in words:
            return Reply(verdict, f"{what} {words[word]}.", seen)
    return Reply(None, f"{what} is in a state that this build does not know: {word[:60]!r}.", seen)
