from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "assurance"

    def ready(self) -> None:
        # Models can be imported only when all apps are loaded.
        from assurance import event_consumer
        from events.outbox import register_consumer

        register_consumer(event_consumer.CONSUMER, event_consumer.EVENTS)
