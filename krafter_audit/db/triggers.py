"""Triggers that models of several apps declare in `Meta.triggers`."""

import pgtrigger

# The retention job sets it inside its own transaction.
RETENTION = "krafter.retention"


class AppendOnly(pgtrigger.Trigger):
    """Reject every UPDATE and DELETE; only retention may delete. A row-level trigger, so that partitions inherit it."""

    name = "append_only"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    func = f"""
        IF TG_OP = 'DELETE' AND current_setting('{RETENTION}', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only: % is rejected', TG_TABLE_NAME, TG_OP;
    """
