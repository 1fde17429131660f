"""How a number becomes a verdict: an odd number of samples, their median, more of them near the threshold."""

from statistics import median

from findings.checks.outcome import FAILED, PASSED, Measurement, Outcome
from findings.checks.registry import Check, Metric

NEAR = 0.15
SAMPLES_NEAR_THE_THRESHOLD = 5


def judge(known: Check, measured: Measurement, threshold: float | None = None) -> Outcome:
    """Judge a measurement by the median of its samples, in the metric's unit.

    Within 15 % of the threshold, or with samples on both sides of it, it is measured five times instead of
    three. Raises TypeError for a check that has no metric.
    """
    metric = known.metric
    if metric is None:
        raise TypeError(f"{known.key} measures something but has no metric")
    limit = metric.threshold if threshold is None else threshold
    samples = measured.samples
    if measured.more and _in_doubt(metric, samples, limit):
        samples = measured.more(SAMPLES_NEAR_THE_THRESHOLD)
    value = round(median(samples), 3)
    good = metric.allows(value, limit)
    relation = "at most" if metric.direction == "max" else "at least"
    return Outcome(
        PASSED if good else FAILED,
        value=value,
        samples=[round(sample, 3) for sample in samples],
        evidence={
            "detail": f"Measured: {_written(value, metric)}; {relation} {_written(limit, metric)} is good.",
            "samples": [round(sample, 3) for sample in samples],
            "unit": metric.unit,
            "threshold": limit,
            **measured.evidence,
        },
    )


def _in_doubt(metric: Metric, samples: list[float], limit: float) -> bool:
    verdicts = {metric.allows(sample, limit) for sample in samples}
    return len(verdicts) > 1 or abs(median(samples) - limit) <= NEAR * abs(limit)


def _written(value: float, metric: Metric) -> str:
    return f"{value:g} {metric.unit}".strip()
