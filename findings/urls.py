"""Addresses of findings, regressions and scans."""

from django.urls import path

from findings.picture_views import PictureViewSet
from findings.site_views import AccessViewSet, SiteViewSet
from findings.views import (
    FindingBulkUpdateViewSet,
    FindingBulkViewSet,
    FindingViewSet,
    RegressionViewSet,
    ScanViewSet,
)

urlpatterns = [
    path("findings", FindingViewSet.as_view({"get": "list", "post": "create"})),
    path("findings/bulk", FindingBulkViewSet.as_view({"post": "create"})),
    path("findings/bulk-update", FindingBulkUpdateViewSet.as_view({"post": "create"})),
    path("findings/<str:pk>", FindingViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("findings/<str:pk>/regressions", FindingViewSet.as_view({"get": "regressions"})),
    path("regressions", RegressionViewSet.as_view({"get": "list"})),
    path("scans", ScanViewSet.as_view({"get": "list"})),
    path("scans/run", ScanViewSet.as_view({"post": "run"})),
    path("scans/<str:pk>", ScanViewSet.as_view({"get": "retrieve"})),
    path("scans/<str:pk>/pages", ScanViewSet.as_view({"get": "pages"})),
    path("scans/<str:pk>/results", ScanViewSet.as_view({"get": "results"})),
    path("pictures/<str:sha256>", PictureViewSet.as_view({"get": "retrieve"})),
    path("access", AccessViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path("sites", SiteViewSet.as_view({"get": "list", "post": "create"})),
    path("sites/<str:pk>", SiteViewSet.as_view({"get": "retrieve"})),
    path("sites/<str:pk>/verify", SiteViewSet.as_view({"post": "verify"})),
]
