from campaigns.admin import campaign, task_actions

__all__ = ["campaign", "task_actions"]
