from django.apps import AppConfig


class BulkChangesConfig(AppConfig):
    name, verbose_name = "bulk_changes", "Bulk changes"
