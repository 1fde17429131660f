from krafter_audit.api.errors import Conflict


class ResolvedRequiresVerification(Conflict):
    code = "resolved_requires_verification"
    message = (
        "A finding is resolved by approving a verification of its task. Run a verification, then approve it."
    )


class FindingResolved(Conflict):
    code = "finding_resolved"
    message = "The finding is resolved. It is reopened when its verification is reopened or a scan detects it again."


class TitleTaken(Conflict):
    code = "title_taken"
    message = "Another finding in this domain already has this title."
