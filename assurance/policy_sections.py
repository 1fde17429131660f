from assurance.guard_policy import DEFAULT_RUNS_PER_DAY, MAX_RUNS_PER_DAY
from findings.models import Severity
from remediation.policy_sections.declarations import FieldKind, PolicyField, PolicySection

GUARD = PolicySection(
    "guard",
    "Guard windows",
    "When a finding is checked again after an approval: times such as 1h, 1d, 7d, comma-separated.",
    (
        *(
            PolicyField(("guard", value), str(label), FieldKind.WORDS, empty="Not checked again")
            for value, label in Severity.choices
        ),
        PolicyField(
            ("guard", "runs_per_day"),
            "Limit",
            FieldKind.WHOLE_NUMBER,
            low=0,
            high=MAX_RUNS_PER_DAY,
            unit="runs in 24 hours",
            empty=str(DEFAULT_RUNS_PER_DAY),
        ),
    ),
)
DEPLOYS = PolicySection(
    "deploys",
    "Deploys",
    "The environments that visitors use, comma-separated: their deploys are live. A scan after a deploy begins with the"
    " pages that have open or guarded findings.",
    (
        PolicyField(
            ("deploys", "environments"),
            "Environments",
            FieldKind.WORDS,
            empty="Those with the host of the project's site",
        ),
        PolicyField(("deploys", "scan"), "Scan the site after each live deploy", FieldKind.FLAG),
        PolicyField(("deploys", "releases"), "Count published releases as live deploys", FieldKind.FLAG),
    ),
)
