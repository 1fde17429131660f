from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import quota
from accounts.serializers import UsageSerializer
from accounts.viewsets import OrganizationViewSet


class UsageViewSet(OrganizationViewSet):
    """The organisation's quota."""

    @extend_schema(responses=UsageSerializer, summary="Read this month's quota and usage")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the current month."""
        return Response(self.serialize(quota.usage(self.caller.organization), UsageSerializer))
