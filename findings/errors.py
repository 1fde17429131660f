"""Why something about findings is refused."""

from krafter_audit.api.errors import Conflict


class ResolvedRequiresVerification(Conflict):
    code = "resolved_requires_verification"
    message = (
        "A finding becomes resolved when a verification of its task is approved. Run one, then approve it."
    )


class FindingResolved(Conflict):
    code = "finding_resolved"
    message = "A resolved finding comes back when its verification is reopened or a scan sees it again."


class TitleTaken(Conflict):
    code = "title_taken"
    message = "Another finding of this domain has that title; the same title is the same finding."
