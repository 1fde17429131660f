"""`python -m devtools.benchmark.time_export FORMAT`: export a project and print the figures as JSON.

The process has exported once before, as a worker has: the first export also imports the modules of all URLs.
"""

import json
import resource
import sys
import time

import django

django.setup()

from accounts.actors import SYSTEM  # noqa: E402  needs the settings
from accounts.models import Project  # noqa: E402
from devtools.benchmark.fill_database import OTHER  # noqa: E402
from devtools.benchmark.sample_data import EXPORTED  # noqa: E402
from reports import services  # noqa: E402
from reports.export import export_report  # noqa: E402
from reports.models import Report  # noqa: E402


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    first = services.queue_export(Project.objects.get(slug=OTHER), format=sys.argv[1], by=SYSTEM)
    export_report(first.pk)
    project = Project.objects.get(slug=EXPORTED)
    began = time.perf_counter()
    report = services.queue_export(project, format=sys.argv[1], by=SYSTEM)
    queued, before = time.perf_counter(), peak_megabytes()
    export_report(report.pk)
    done = Report.objects.get(pk=report.pk)
    figures = {
        "format": sys.argv[1], "status": done.status, "bytes": done.file_size, "snapshot": queued - began,
        "writing": time.perf_counter() - queued, "before": before, "peak": peak_megabytes(),
        "rows": done.items.filter(kind="finding").count(),
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
