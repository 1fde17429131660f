from bulk_changes import services
from krafter_audit.celery import app


@app.task(name="bulk_changes.delete_old")
def delete_old() -> None:
    """Delete the bulk changes that can no longer be undone."""
    services.delete_old()
