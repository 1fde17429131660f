from bulk_changes.admin import bulk_change

__all__ = ["bulk_change"]
