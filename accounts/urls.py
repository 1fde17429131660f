from typing import Any

from django.urls import path

from accounts.views import (
    ApiKeyViewSet,
    CallerViewSet,
    MemberViewSet,
    OrganizationProjectsViewSet,
    OrganizationProjectViewSet,
    SavedViewViewSet,
    UsageViewSet,
)

ROW_METHODS: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("me", CallerViewSet.as_view({"get": "retrieve"})),
    path("orgs", CallerViewSet.as_view({"get": "list"})),
    path("orgs/<str:org_id>/usage", UsageViewSet.as_view({"get": "retrieve"})),
    path(
        "orgs/<str:org_id>/projects", OrganizationProjectsViewSet.as_view({"get": "list", "post": "create"})
    ),
    path(
        "orgs/<str:org_id>/projects/<str:project_id>",
        OrganizationProjectViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path("orgs/<str:org_id>/members", MemberViewSet.as_view({"get": "list", "post": "create"})),
    path("orgs/<str:org_id>/members/<str:user_id>", MemberViewSet.as_view(ROW_METHODS)),
    path("orgs/<str:org_id>/keys", ApiKeyViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "orgs/<str:org_id>/keys/<str:key_id>", ApiKeyViewSet.as_view({"get": "retrieve", "delete": "destroy"})
    ),
    path("orgs/<str:org_id>/saved-views", SavedViewViewSet.as_view({"get": "list", "post": "create"})),
    path("orgs/<str:org_id>/saved-views/<str:pk>", SavedViewViewSet.as_view(ROW_METHODS)),
]
