"""Storage settings of frequently changed tables, explained in docs/benchmarks.md (Other measurements)."""

from django.db.migrations import RunSQL

SHARE = 0.01  # of the rows; a fifth is the default, which a table of a million reaches after weeks


def vacuum_often(table: str) -> RunSQL:
    """Return the migration step for autovacuum after a hundredth of the rows has changed."""
    names = [f"autovacuum_{kind}_scale_factor" for kind in ("vacuum", "vacuum_insert", "analyze")]
    settings = ", ".join(f"{name} = {SHARE}" for name in names)
    return RunSQL(f"ALTER TABLE {table} SET ({settings})", f"ALTER TABLE {table} RESET ({', '.join(names)})")


# HOT updates: a row that changes no indexed column stays on its page, and no index is written.
def leave_room(table: str, percent: int) -> RunSQL:
    """Return the migration step that leaves `percent` of each page free for updates of unindexed columns."""
    return RunSQL(
        f"ALTER TABLE {table} SET (fillfactor = {100 - percent})", f"ALTER TABLE {table} RESET (fillfactor)"
    )
