from django.urls import path

from scans.site_credentials.views import SiteCredentialsViewSet
from scans.sites.views import SiteViewSet
from scans.views import ScanViewSet, ScreenshotViewSet

urlpatterns = [
    path("scans", ScanViewSet.as_view({"get": "list"})),
    path("scans/run", ScanViewSet.as_view({"post": "run"})),
    path("scans/<str:pk>", ScanViewSet.as_view({"get": "retrieve"})),
    path("scans/<str:pk>/pages", ScanViewSet.as_view({"get": "pages"})),
    path("scans/<str:pk>/results", ScanViewSet.as_view({"get": "results"})),
    path("screenshots/<str:sha256>", ScreenshotViewSet.as_view({"get": "retrieve"})),
    path("access", SiteCredentialsViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path("sites", SiteViewSet.as_view({"get": "list", "post": "create"})),
    path("sites/<str:pk>", SiteViewSet.as_view({"get": "retrieve"})),
    path("sites/<str:pk>/verify", SiteViewSet.as_view({"post": "verify"})),
]
