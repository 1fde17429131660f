"""Headers of responses with a file, for `parameters` of extend_schema."""

from drf_spectacular.utils import OpenApiParameter

FILE_NAME = OpenApiParameter(
    "content-disposition",
    location=OpenApiParameter.HEADER,
    description="The name of the file.",
    required=True,
    response=True,
)
FILE_DIGEST = OpenApiParameter(
    "repr-digest",
    location=OpenApiParameter.HEADER,
    description="The SHA-256 of the file (RFC 9530).",
    required=True,
    response=True,
)
