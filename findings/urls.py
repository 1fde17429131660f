"""URLs of findings and regressions; others are in assurance/urls.py."""

from django.urls import path

from findings.views import (
    FindingBulkUpdateViewSet,
    FindingBulkViewSet,
    FindingCountsViewSet,
    FindingImportViewSet,
    RegressionViewSet,
)

urlpatterns = [
    path("findings/bulk", FindingBulkViewSet.as_view({"post": "create"})),
    path("findings/bulk-update", FindingBulkUpdateViewSet.as_view({"post": "create"})),
    path("findings/counts", FindingCountsViewSet.as_view({"get": "retrieve"})),
    path("findings/import", FindingImportViewSet.as_view({"post": "create"})),
    path("regressions", RegressionViewSet.as_view({"get": "list"})),
]
