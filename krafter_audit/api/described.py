"""What the API's description says of an operation, kept on the method until the description is written.

drf-spectacular's own decorator loads its generator where it stands: 4 MB in every process of the web.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer


class Words(TypedDict, total=False):
    """What drf-spectacular's `extend_schema` takes, as far as it is used here."""

    summary: str
    parameters: Sequence[OpenApiParameter | type[Serializer[Any]]]
    request: Any
    responses: Any


def described[F: Callable[..., Any]](**words: Unpack[Words]) -> Callable[[F], F]:
    """Describe the operation of a view; `krafter_audit/api/schema.py` reads it when the description is written."""

    def keep(method: F) -> F:
        vars(method)["described"] = words
        return method

    return keep
