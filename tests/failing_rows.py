"""Rows that cannot be written, of one organisation only."""

from uuid import UUID

from django.db import connection, models

from tests import database_role

FUNCTION = """
    CREATE OR REPLACE FUNCTION refuse_to_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'this row cannot be written'; END $$
"""
TRIGGER = """
    CREATE TRIGGER zz_refuse BEFORE {on} ON {table} FOR EACH ROW WHEN ({row}.{column} = '{pk}' {condition})
    EXECUTE FUNCTION refuse_to_write()
"""


def refuse(
    model: type[models.Model], column: str, pk: UUID, *, on: str = "INSERT", condition: str = ""
) -> None:
    """Let the database refuse to write the rows of a model with this id, until the test's transaction ends."""
    row = "OLD" if on == "DELETE" else "NEW"
    table = model._meta.db_table
    with database_role.as_owner(), connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        cursor.execute(TRIGGER.format(on=on, table=table, row=row, column=column, pk=pk, condition=condition))
