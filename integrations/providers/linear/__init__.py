"""Linear: issues of a team for tasks."""

from integrations.providers.linear.tickets import Linear as Linear
