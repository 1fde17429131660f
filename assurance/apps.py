from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "assurance"

    def ready(self) -> None:
        # Models can be imported only when all apps are loaded.
        from assurance import event_consumer, guard_policy
        from events.outbox import register_consumer
        from remediation.policy_versions.warnings import register_part

        register_part("guard", guard_policy.ignored_part)
        register_consumer(event_consumer.CONSUMER, event_consumer.EVENTS)
