"""A summary counts all decisions and lists the first of them."""

from uuid import UUID

from bulk_changes.decisions import MAX_EXAMPLES, Decision, Summary
from findings.services.bulk import FINDINGS
from krafter_audit.api.errors import NotFound


def test_summary_counts_all_refusals_and_lists_the_first_hundred() -> None:
    summary = Summary()

    summary.add((Decision(UUID(int=number), {}, {}, {}, NotFound()) for number in range(101)), FINDINGS)

    assert (summary.matched, summary.refused, summary.unchanged) == (101, 101, 0)
    assert [decision.pk.int for decision in summary.refusals] == list(range(MAX_EXAMPLES))
    assert summary.reasons == {NotFound.message: 101}
