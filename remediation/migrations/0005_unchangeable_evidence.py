"""PostgreSQL refuses to change a link of evidence, and to delete one except when what is past its time is cleared.

The trigger is one for each row, as those of a partitioned table have to be.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_changed_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('krafter.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'evidence is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER remediation_evidence_append_only BEFORE UPDATE OR DELETE ON remediation_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_evidence();
"""
ALLOW = """
DROP TRIGGER remediation_evidence_append_only ON remediation_evidence;
DROP FUNCTION refuse_changed_evidence();
"""


class Migration(migrations.Migration):
    dependencies = [("remediation", "0004_ends_of_chains")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
