"""`python -m devtools.benchmark.time_export FORMAT`: export the project made for it; print the figures as JSON."""

import json
import resource
import sys
import time

import django

django.setup()

from accounts.actors import SYSTEM  # noqa: E402  needs the settings
from accounts.models import Project  # noqa: E402
from devtools.benchmark.sample_data import EXPORTED  # noqa: E402
from reports import services  # noqa: E402
from reports.export import export_report  # noqa: E402
from reports.models import Report  # noqa: E402


def megabytes() -> float:
    """Return the highest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Freeze, then write the file, as the worker does."""
    project = Project.objects.get(slug=EXPORTED)
    began = time.perf_counter()
    report = services.queue_export(project, format=sys.argv[1], by=SYSTEM)
    frozen, before = time.perf_counter(), megabytes()
    export_report(report.pk)
    done = Report.objects.get(pk=report.pk)
    told = {
        "format": sys.argv[1], "status": done.status, "bytes": done.file_size, "freezing": frozen - began,
        "writing": time.perf_counter() - frozen, "before": before, "peak": megabytes(),
        "rows": done.items.filter(kind="finding").count(),
    }  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()
