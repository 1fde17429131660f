from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from krafter_audit.api.errors import NotFound


def get_or_404[Row: Model](rows: QuerySet[Row], **filters: Any) -> Row:
    """Return the one row that meets the filters. Raises NotFound."""
    try:
        return rows.get(**filters)
    except ObjectDoesNotExist:
        raise NotFound from None
