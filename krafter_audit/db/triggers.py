import pgtrigger

# A setting of the transaction in which a retention job deletes; no other transaction has it.
RETENTION = "krafter.retention"


class AppendOnly(pgtrigger.Trigger):
    """Reject every UPDATE and DELETE; only retention may delete."""

    name = "append_only"
    # A row-level trigger, so that partitions inherit it.
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    func = f"""
        IF TG_OP = 'DELETE' AND current_setting('{RETENTION}', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only: % is rejected', TG_TABLE_NAME, TG_OP;
    """
