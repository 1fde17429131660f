"""The trigger that rejects a link that does not follow the end of its project's chain."""

import pgtrigger

# An index of a partition ensures uniqueness within its month; the trigger ensures it over all months, and waits
# for other transactions that add to the same chain. Clocks of two machines may differ by less than a day. Two IFs, as
# PostgreSQL plans the query over all partitions also where the first half of one condition is false.
CONTINUE_CHAIN = pgtrigger.Trigger(
    name="continue_chain",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("verification_created_at", "timestamptz")],
    func="""
        UPDATE remediation_evidencechain AS chain
        SET sequence = NEW.sequence, hash = NEW.hash, recorded_at = NEW.recorded_at
        FROM remediation_verification AS verification
        WHERE chain.project_id = NEW.project_id
            AND chain.sequence = NEW.sequence - 1 AND chain.hash = NEW.previous_hash
            AND verification.id = NEW.verification_id AND verification.project_id = NEW.project_id
            AND NEW.recorded_at >= greatest(chain.recorded_at, verification.created_at)
        RETURNING verification.created_at INTO verification_created_at;
        IF NOT FOUND THEN
            RAISE unique_violation USING CONSTRAINT = 'unique_evidence_sequence',
                MESSAGE = format(
                    'link %s does not follow on the end of the chain of project %s', NEW.sequence, NEW.project_id
                ),
                HINT = 'Its sequence and previous_hash follow the last link, its verification is one of the project, '
                    'and its time is not earlier.';
        END IF;
        IF date_trunc('month', verification_created_at, 'UTC') < date_trunc('month', NEW.recorded_at, 'UTC') THEN
            PERFORM FROM remediation_evidence WHERE verification_id = NEW.verification_id AND key = NEW.key
                AND recorded_at >= verification_created_at - interval '1 day';
            IF FOUND THEN
                RAISE unique_violation USING CONSTRAINT = 'unique_evidence_verification_key',
                    MESSAGE = format('verification %s has evidence of %s already', NEW.verification_id, NEW.key);
            END IF;
        END IF;
        RETURN NEW;
    """,
)

# Without it, a client that executes its own SQL could set the end of a chain back and append a second history. Only
# the trigger above is deeper than the statement of a client, which can create no triggers.
FOLLOW_LINKS = pgtrigger.Trigger(
    name="follow_links",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'the end of a chain changes by appending a link only';
        END IF;
        RETURN NEW;
    """,
)
