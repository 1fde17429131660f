from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "krafter_audit.api"
    label = "api"
