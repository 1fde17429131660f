"""Announce dismissals and reports, which higher apps follow in the same transaction."""

from django.dispatch import Signal

# Receivers get `finding_ids` of locked findings, `dismissed` (whether they are dismissed from now on), and `by`.
dismissals_changed = Signal()
# Receivers get the `findings`, known and locked, that were reported again and have, or had, checks.
findings_reported = Signal()
