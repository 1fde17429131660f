from django.urls import path

from findings.views import (
    FindingBulkUpdateViewSet,
    FindingBulkViewSet,
    FindingImportViewSet,
    FindingViewSet,
    RegressionViewSet,
)

urlpatterns = [
    path("findings", FindingViewSet.as_view({"get": "list", "post": "create"})),
    path("findings/bulk", FindingBulkViewSet.as_view({"post": "create"})),
    path("findings/bulk-update", FindingBulkUpdateViewSet.as_view({"post": "create"})),
    path("findings/import", FindingImportViewSet.as_view({"post": "create"})),
    path("findings/<str:pk>", FindingViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("findings/<str:pk>/regressions", FindingViewSet.as_view({"get": "regressions"})),
    path("regressions", RegressionViewSet.as_view({"get": "list"})),
]
