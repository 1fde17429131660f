"""The SQL that the migrations install: tallies kept by triggers, and a record that cannot be rewritten."""

from collections.abc import Mapping, Sequence

from django.db.migrations import RunSQL

from events.counter_definitions import Kept

# Statement-level triggers with transition tables: a bulk of 13,000 rows adds one tally row a combination, not 13,000.
TALLY = """
CREATE FUNCTION tally_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO events_tally (project_id, kind, facets, rows, score)
        SELECT project_id, '{kind}', {facets}, count(*), sum({score}) FROM new_rows GROUP BY project_id, {facets};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO events_tally (project_id, kind, facets, rows, score)
        SELECT project_id, '{kind}', {facets}, -count(*), -sum({score}) FROM old_rows GROUP BY project_id, {facets};
    ELSE
        INSERT INTO events_tally (project_id, kind, facets, rows, score)
        SELECT project_id, '{kind}', facets, sum(n), sum(n * points) FROM (
            SELECT project_id, {facets} AS facets, 1 AS n, {score} AS points FROM new_rows
            UNION ALL
            SELECT project_id, {facets}, -1, {score} FROM old_rows
        ) AS moved GROUP BY project_id, facets HAVING sum(n) <> 0 OR sum(n * points) <> 0;
    END IF;
    RETURN NULL;
END $$;
"""

# All totals of one table by one function: what a function costs to be called is most of what a small change costs.
TOGETHER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {INSERT}
    ELSIF TG_OP = 'DELETE' THEN {DELETE}
    ELSE {UPDATE}
    END IF;
    RETURN NULL;
END $$;
"""
MOVED = """
        INSERT INTO events_tally (project_id, kind, day, of, facets, rows, score)
        SELECT project_id, kind, day, of, facets, sum(n), sum(points) FROM ({parts}) AS moved
        GROUP BY project_id, kind, day, of, facets HAVING sum(n) <> 0 OR sum(points) <> 0;
"""
PART = """
            SELECT project_id, '{kind}' AS kind, {day} AS day, {of} AS of, {facets} AS facets,
                {sign}{rows} AS n, {sign}({score}) AS points FROM {side}_rows WHERE {where}
"""
SIDES = {"INSERT": {"new": ""}, "DELETE": {"old": "-"}, "UPDATE": {"new": "", "old": "-"}}
# The day on which a total moves, where it is kept for the days on which it moved.
MOVES_ON = {
    "INSERT": "(created_at AT TIME ZONE 'UTC')::date",
    "UPDATE": "(SELECT (max(updated_at) AT TIME ZONE 'UTC')::date FROM new_rows)",
    "DELETE": "(now() AT TIME ZONE 'UTC')::date",
}

TRIGGERS = """
CREATE TRIGGER {name}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

# One row for a statement, a name and a project: a bulk of a thousand findings leaves one row, not a thousand.
HAND_ON = """
CREATE OR REPLACE FUNCTION hand_on_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events_unread (consumer, project_id, name, event_ids)
    SELECT wanted.consumer, new_rows.project_id, new_rows.name, array_agg(new_rows.id)
    FROM new_rows JOIN (VALUES {wanted}) AS wanted (consumer, name) ON wanted.name = new_rows.name
    WHERE new_rows.project_id IS NOT NULL GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER hand_on_events AFTER INSERT ON events_event REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hand_on_events();
"""

# For each row, as every partition inherits it. Retention alone may delete, inside its own transaction.
APPEND_ONLY = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the record is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_event_append_only BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
"""


def keep_tally(table: str, kind: str, facets: Sequence[str], *, score: str = "0") -> RunSQL:
    """Return the migration step that keeps totals of `table` by `facets` (columns), with the sum of `score`."""
    pairs = ", ".join(f"'{column}', {column}" for column in facets)
    body = TALLY.format(kind=kind, facets=f"jsonb_build_object({pairs})", score=score)
    return _install(f"tally_{kind}", table, body)


def keep_together(table: str, totals: Sequence[Kept]) -> RunSQL:
    """Return the migration step that keeps these totals of `table`; none of them is kept by another trigger."""
    name = f"tally_{table}"
    moves = {change: _moved(change, totals) for change in SIDES}
    return _install(name, table, TOGETHER.format(name=name, **moves))


def _moved(change: str, totals: Sequence[Kept]) -> str:
    parts = [
        PART.format(
            kind=kept.kind,
            day=MOVES_ON[change] if kept.by_day else kept.day,
            of=kept.of,
            facets=kept.described,
            rows=0 if kept.by_day else 1,
            score=kept.score,
            where=kept.where,
            side=side,
            sign=sign,
        )
        for kept in totals
        for side, sign in SIDES[change].items()
    ]
    return MOVED.format(parts="UNION ALL".join(parts))


def hand_on(wanted: Mapping[str, Sequence[str]]) -> RunSQL:
    """Return the migration step that leaves each consumer the events of these names: `{consumer: [name, …]}`."""
    pairs = ", ".join(f"('{consumer}', '{name}')" for consumer, names in wanted.items() for name in names)
    undo = "DROP TRIGGER IF EXISTS hand_on_events ON events_event; DROP FUNCTION IF EXISTS hand_on_events();"
    return RunSQL(HAND_ON.format(wanted=pairs), undo)


def _install(name: str, table: str, body: str) -> RunSQL:
    undo = "".join(f"DROP TRIGGER {name}_{verb} ON {table};" for verb in ("insert", "delete", "update"))
    return RunSQL(body + TRIGGERS.format(name=name, table=table), undo + f"DROP FUNCTION {name}();")
