"""Headers of responses with a file, for `parameters` of extend_schema."""

from functools import partial

from drf_spectacular.utils import OpenApiParameter

_always = partial(OpenApiParameter, location=OpenApiParameter.HEADER, required=True, response=True)

FILE_NAME = _always("content-disposition", description="The name of the file.")
FILE_DIGEST = _always("repr-digest", description="The SHA-256 of the file (RFC 9530).")
