from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Models can be imported only when all apps are loaded.
        from events.outbox import register_consumer
        from notifications import alert_batching

        register_consumer(alert_batching.CONSUMER, alert_batching.KINDS)
