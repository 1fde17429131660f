from django.urls import path

from assurance.views import DeployViewSet, GuardWindowViewSet, PullRequestViewSet

urlpatterns = [
    path("deploys", DeployViewSet.as_view({"get": "list", "post": "create"})),
    path("deploys/<str:pk>", DeployViewSet.as_view({"get": "retrieve"})),
    path("tasks/<str:pk>/pull-request", PullRequestViewSet.as_view({"get": "retrieve"})),
    path("guard-windows", GuardWindowViewSet.as_view({"get": "list"})),
    path("guard-windows/<str:pk>", GuardWindowViewSet.as_view({"get": "retrieve"})),
    path("guard-windows/<str:pk>/cancel", GuardWindowViewSet.as_view({"post": "cancel"})),
]
