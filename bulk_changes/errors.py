from krafter_audit.api.errors import Conflict


class BulkChangeUndone(Conflict):
    code = "bulk_change_undone"
    message = "This bulk change is already undone."


class NotUndoable(Conflict):
    code = "not_undoable"
    message = "Deleted tasks cannot be restored. Create them again."


class ChangedSince(Conflict):
    code = "changed_since"
    message = "It has changed since."


class OwnerNotAMember(Conflict):
    code = "owner_not_a_member"
    message = "The owner is not a member of the organisation."
