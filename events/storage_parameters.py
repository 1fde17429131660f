"""Storage parameters of frequently changed tables, explained in docs/benchmarks.md (Other measurements)."""

from django.db.migrations import RunSQL

SCALE_FACTOR = 0.01  # of the rows; a fifth is the default, which a table of a million reaches after weeks


def lower_autovacuum_scale_factor(table: str) -> RunSQL:
    """Return the migration step for autovacuum after a hundredth of the rows has changed."""
    names = [f"autovacuum_{kind}_scale_factor" for kind in ("vacuum", "vacuum_insert", "analyze")]
    settings = ", ".join(f"{name} = {SCALE_FACTOR}" for name in names)
    return RunSQL(f"ALTER TABLE {table} SET ({settings})", f"ALTER TABLE {table} RESET ({', '.join(names)})")


# HOT updates: a row that changes no indexed column stays on its page, and no index is written.
def set_fillfactor(table: str, percent: int) -> RunSQL:
    """Return the migration step after which INSERT fills `percent` of each page, and leaves the rest to updates."""
    return RunSQL(
        f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)"
    )
