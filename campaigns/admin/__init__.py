"""Admin pages of campaigns, and the actions on tasks that change them."""

from campaigns.admin import campaign, task_actions

__all__ = ["campaign", "task_actions"]
