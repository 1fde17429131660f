"""Stop syncing the state of a ticket when something answers each of our changes with another."""

from datetime import datetime, timedelta

from integrations.models import TicketLink

MAX_STATE_CHANGES = 6
WINDOW = timedelta(days=1)
LOOP_DETECTED = (
    f"The state was synced {MAX_STATE_CHANGES} times within a day, back and forth: something answers every change "
    "with another. It is no longer synced until you decide which side to keep."
)


def allow_state_change(link: TicketLink, now: datetime) -> bool:
    """Count a state change of a link, or halt the link after too many within a day."""
    if link.halted_at:
        return False
    recent = [moment for moment in link.state_changes if now - datetime.fromisoformat(moment) < WINDOW]
    if len(recent) >= MAX_STATE_CHANGES:
        link.state_changes, link.halted_at = recent, now
        return False
    link.state_changes = [*recent, now.isoformat()]
    return True


def reset(link: TicketLink) -> None:
    """Sync the state of a link again."""
    link.state_changes, link.halted_at = [], None
