from django.urls import path

from reports.views import ReportFileViewSet, ReportViewSet, ShareViewSet

urlpatterns = [
    path("reports", ReportViewSet.as_view({"get": "list"})),
    path("reports/summary", ReportViewSet.as_view({"get": "summary"})),
    path("reports/burn-down", ReportViewSet.as_view({"get": "burn_down"})),
    path("reports/forecast", ReportViewSet.as_view({"get": "forecast"})),
    path("reports/export", ReportViewSet.as_view({"post": "export"})),
    path("reports/share", ReportViewSet.as_view({"post": "share"})),
    path("reports/shares", ShareViewSet.as_view({"get": "list"})),
    path("reports/shares/<str:pk>", ShareViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path("reports/<str:pk>", ReportViewSet.as_view({"get": "retrieve"})),
    path("reports/<str:pk>/download", ReportFileViewSet.as_view({"get": "download"})),
]
