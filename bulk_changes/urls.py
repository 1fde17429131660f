from django.urls import path

from bulk_changes.views import BulkChangeViewSet

urlpatterns = [
    path("bulk-changes", BulkChangeViewSet.as_view({"get": "list"})),
    path("bulk-changes/<str:pk>", BulkChangeViewSet.as_view({"get": "retrieve"})),
    path("bulk-changes/<str:pk>/undo", BulkChangeViewSet.as_view({"post": "undo"})),
]
