from collections.abc import Iterator
from typing import Any

ABSENT = object()


def compare(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Yield the differences of two JSON values: `{path, change, before, after}`.

    `path` is a JSON Pointer (RFC 6901); `change` is added, removed or changed. Lists are compared as a whole.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            pointer = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from compare(before.get(key, ABSENT), after.get(key, ABSENT), pointer)
    elif before is ABSENT:
        yield {"path": path, "change": "added", "before": None, "after": after}
    elif after is ABSENT:
        yield {"path": path, "change": "removed", "before": before, "after": None}
    elif type(before) is not type(after) or before != after:
        yield {"path": path, "change": "changed", "before": before, "after": after}
