from assurance.guard_policy import DEFAULT_RUNS_PER_DAY, MAX_RUNS_PER_DAY
from findings.models import Severity
from remediation.policy_sections.declarations import Field, Kind, Section

GUARD = Section(
    "guard",
    "Guard windows",
    "When a finding is checked again after an approval: times such as 1h, 1d, 7d, comma-separated.",
    (
        *(
            Field(("guard", value), str(label), Kind.WORDS, empty="Not checked again")
            for value, label in Severity.choices
        ),
        Field(
            ("guard", "runs_per_day"),
            "Limit",
            Kind.WHOLE_NUMBER,
            low=0,
            high=MAX_RUNS_PER_DAY,
            unit="runs in 24 hours",
            empty=str(DEFAULT_RUNS_PER_DAY),
        ),
    ),
)
DEPLOYS = Section(
    "deploys",
    "Deploys",
    "The environments that visitors use, comma-separated: their deploys are live. A scan after a deploy begins with the"
    " pages that have open or guarded findings.",
    (
        Field(
            ("deploys", "environments"),
            "Environments",
            Kind.WORDS,
            empty="Those with the host of the project's site",
        ),
        Field(("deploys", "scan"), "Scan the site after each live deploy", Kind.FLAG),
        Field(("deploys", "releases"), "Count published releases as live deploys", Kind.FLAG),
    ),
)
