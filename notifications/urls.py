from django.urls import path

from notifications.views import AlertDestinationViewSet, AlertViewSet

urlpatterns = [
    path("alerts", AlertViewSet.as_view({"get": "list"})),
    path("alerts/destinations", AlertDestinationViewSet.as_view({"get": "list"})),
    path(
        "alerts/destinations/<str:channel>",
        AlertDestinationViewSet.as_view({"get": "retrieve", "put": "set", "delete": "destroy"}),
    ),
]
