"""Whoever answers every move of ours with one of their own would go on for ever: the link is halted and says so."""

from datetime import datetime, timedelta

from integrations.models import ExternalLink

MOST_MOVES = 6
WITHIN = timedelta(days=1)
WHY = (
    f"Its state was carried over {MOST_MOVES} times within a day, back and forth: something answers every change "
    "with another. It is left alone on both sides until you say whose state counts."
)


def may_move(link: ExternalLink, now: datetime) -> bool:
    """Count one more move of a link's state, or halt the link when it had too many within a day."""
    if link.halted_at:
        return False
    recent = [moment for moment in link.moves if now - datetime.fromisoformat(moment) < WITHIN]
    if len(recent) >= MOST_MOVES:
        link.moves, link.halted_at = recent, now
        return False
    link.moves = [*recent, now.isoformat()]
    return True


def reset(link: ExternalLink) -> None:
    """Let a link's state move again."""
    link.moves, link.halted_at = [], None
