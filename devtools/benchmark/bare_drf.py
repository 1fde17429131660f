"""The baseline of the benchmark: bare Django REST framework views over the table of findings.

No middleware, authentication, total or envelope: a model, a serializer and generic views.
"""

import os
from typing import Any, ClassVar

import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="nothing-is-signed-here",  # noqa: S106
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "rest_framework"],
    DATABASES={"default": {**environ.Env().db(), "CONN_MAX_AGE": 600}},
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)

import django  # noqa: E402  needs the settings

django.setup()

from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Finding(models.Model):
    """The table of findings."""

    id = models.UUIDField(primary_key=True)
    project_id = models.UUIDField()
    domain = models.CharField(max_length=13)
    title = models.CharField(max_length=300)
    description = models.TextField()
    severity = models.CharField(max_length=8)
    status = models.CharField(max_length=12)
    confidence = models.JSONField()
    impact = models.PositiveSmallIntegerField()
    effort = models.PositiveSmallIntegerField()
    risk = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()
    owner_id = models.UUIDField(null=True)
    affected_assets = models.JSONField()
    evidence = models.JSONField()
    recommended_fix = models.JSONField()
    check_keys = ArrayField(models.CharField(max_length=100))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "contenttypes"
        managed = False
        db_table = "findings_finding"

    def __str__(self) -> str:
        return self.title


class BareFindingSerializer(serializers.ModelSerializer[Finding]):
    """The columns that the API returns."""

    class Meta:
        model = Finding
        exclude: ClassVar = ["check_keys"]


class FindingList(generics.ListAPIView[Finding]):
    """The first page, in the order of the API's list."""

    serializer_class = BareFindingSerializer

    def get_queryset(self) -> QuerySet[Finding]:
        rows = Finding._default_manager.filter(project_id=os.environ["BENCH_PROJECT"])
        return rows.order_by("-score", "-created_at", "-id")[:25]


class FindingDetail(generics.RetrieveUpdateAPIView[Finding]):
    """Reading and changing a row."""

    serializer_class = BareFindingSerializer
    queryset = Finding._default_manager.all()

    def perform_update(self, serializer: Any) -> None:
        serializer.save()


urlpatterns = [path("findings", FindingList.as_view()), path("findings/<uuid:pk>", FindingDetail.as_view())]
application = get_wsgi_application()
