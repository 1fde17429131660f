from bulk_changes.models import BulkChange
from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter

SUBJECTS = [("finding", "finding"), ("task", "task")]


class BulkChangeFilter(ListFilter):
    subject = ChoicesFilter(choices=SUBJECTS)
    action = ChoicesFilter(choices=BulkChange.Action.choices)
