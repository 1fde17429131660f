from functools import cache
from zoneinfo import available_timezones

# Files in the system's database of time zones: the server's own zone, and one that is not set.
NOT_ZONES = frozenset({"localtime", "Factory"})


@cache
def zone_names() -> frozenset[str]:
    """Return the names of IANA's time zones, such as Europe/Vienna, that this server has."""
    return frozenset(available_timezones()) - NOT_ZONES
