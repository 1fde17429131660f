"""The SLA clock: when tasks are due by the policy, and which intervals count until then."""
