from krafter_audit.api.errors import ApiError, Conflict


class InsufficientRole(ApiError):
    code, status = "insufficient_role", 403
    message = (
        "Only owners and admins of the organisation may do this, with a key that is not bound to projects."
    )


class LastOwner(Conflict):
    code = "last_owner"
    message = "An organisation has at least one owner. Make another member an owner first."


class ProjectArchived(Conflict):
    code = "project_archived"
    message = "The project is archived: it can only be read. Restore it first."


class SlugTaken(Conflict):
    code = "slug_taken"
    message = "The organisation has a project with this slug already."


class AlreadyJoined(Conflict):
    code = "already_joined"
    message = "The person has joined already: there is no open invitation."


class TooManyInvitations(ApiError):
    code, status = "too_many_invitations", 429
    message = "Too many invitations were sent. Wait for the number of seconds in retry-after."


class NotJoined(Conflict):
    code = "not_joined"
    message = "The person has not joined yet: revoke the invitation."
