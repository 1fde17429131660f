from krafter_audit.api.errors import Conflict


class GuardWindowEnded(Conflict):
    code = "guard_window_ended"
    message = "The guard window has ended: only an open one can be cancelled."
