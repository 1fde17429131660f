"""The baseline: bare Django REST framework views, without authentication, total and envelope."""

import os
from typing import ClassVar

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


class BareFinding(models.Model):
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
        # A model needs an installed app; this one is installed anyway.
        app_label = "contenttypes"
        managed = False
        db_table = "findings_finding"

    def __str__(self) -> str:
        return self.title


class BareFindingSerializer(serializers.ModelSerializer[BareFinding]):
    class Meta:
        model = BareFinding
        exclude: ClassVar = ["check_keys"]


class BareFindingList(generics.ListAPIView[BareFinding]):
    serializer_class = BareFindingSerializer

    def get_queryset(self) -> QuerySet[BareFinding]:
        rows = BareFinding._default_manager.filter(project_id=os.environ["BENCH_PROJECT"])
        return rows.order_by("-score", "-created_at", "-id")[:25]


class BareFindingDetail(generics.RetrieveUpdateAPIView[BareFinding]):
    serializer_class = BareFindingSerializer
    queryset = BareFinding._default_manager.all()


urlpatterns = [
    path("findings", BareFindingList.as_view()),
    path("findings/<uuid:pk>", BareFindingDetail.as_view()),
]
application = get_wsgi_application()
