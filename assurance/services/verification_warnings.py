"""Warnings about the deploys of a task, for a person who is about to approve its verification."""

from assurance.deploy_policy import is_live
from assurance.models import Deploy
from assurance.services.pull_requests import warnings_for
from remediation.models import Verification
from remediation.services.policies import config_of

DEPLOYED_SINCE = (
    "A deploy has finished since this verification began: run a new one to check what is live now."
)
MAX_DEPLOYS = 20


def warnings_before_approval(verification: Verification) -> list[str]:
    """Return the warnings that the fix is not deployed, or that another version went live since."""
    return [*warnings_for(verification.task), *([DEPLOYED_SINCE] if _deployed_since(verification) else [])]


def _deployed_since(verification: Verification) -> bool:
    project = verification.project
    finished = Deploy.objects.filter(project=project, finished_at__gt=verification.created_at)
    newest = list(finished.order_by("-finished_at")[:MAX_DEPLOYS])
    if not newest:
        return False
    config = config_of(project)
    return any(is_live(deploy, config, project.site_url) for deploy in newest)
