from assurance import deploy_policy, event_consumer, guard_policy
from assurance.services.verification_warnings import warnings_before_approval
from events.outbox import register_consumer
from remediation.policy_sections.declarations import register_section
from remediation.policy_versions.warnings import register_section_warnings
from remediation.services import verifications

register_section_warnings("guard", guard_policy.ignored_part)
register_section_warnings("deploys", deploy_policy.ignored_part)
register_section(guard_policy.SECTION)
register_section(deploy_policy.SECTION)
verifications.register_warnings(warnings_before_approval)
register_consumer(event_consumer.CONSUMER, event_consumer.EVENTS)
