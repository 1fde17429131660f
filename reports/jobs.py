from uuid import UUID

from krafter_audit.celery import app
from reports import export as export_engine
from reports.sharing import delivery
from reports.snapshots import retention


@app.task(name="reports.export")
def export(report_id: str) -> None:
    """Write the files of the report that is next by `export.run_next`."""
    export_engine.run_next()


@app.task(name="reports.deliver")
def deliver(share_id: str) -> None:
    """Deliver a share; retry later if it was postponed."""
    wait = delivery.deliver_share(UUID(share_id))
    if wait is not None:
        # The lease ends by then: one second more than it lasts.
        deliver.apply_async((share_id,), countdown=wait + 1)


@app.task(name="reports.requeue_pending")
def requeue_pending() -> None:
    """Enqueue pending exports and deliveries again; fail exports that were tried too often."""
    export_engine.fail_exhausted()
    export_engine.requeue_pending()
    delivery.requeue_pending()


@app.task(name="reports.delete_expired_items")
def delete_expired_items() -> None:
    """Delete the copied rows of reports that can no longer be shown."""
    retention.delete_expired_items()
