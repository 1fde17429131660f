"""How a number becomes a verdict: an odd number of samples, their median, more of them near the threshold.

What wavers around its threshold would pass one time and fail another, so it gets no verdict: `unsteady`.
"""

from statistics import median

from scanner.outcome import FAILED, PASSED, Measurement, Outcome, inconclusive
from scanner.registry import Check, Metric

NEAR = 0.15
SAMPLES_NEAR_THE_THRESHOLD = 5


def judge(known: Check, measured: Measurement, threshold: float | None = None) -> Outcome:
    """Judge a measurement by the median of its samples, in the metric's unit.

    Within 15 % of the threshold, with samples on both sides of it or further from each other than from it, it is
    measured five times instead of three; where another five might say the opposite, it is inconclusive. Raises
    TypeError for a check that has no metric.
    """
    metric = known.metric
    if metric is None:
        raise TypeError(f"{known.key} measures something but has no metric")
    limit = metric.threshold if threshold is None else threshold
    samples = measured.samples
    if measured.more and _in_doubt(metric, samples, limit):
        samples = measured.more(SAMPLES_NEAR_THE_THRESHOLD)
        if _wavers(metric, samples, limit):
            return _unsteady(metric, samples, limit)
    value = round(median(samples), 3)
    good = metric.allows(value, limit)
    relation = "at most" if metric.direction == "max" else "at least"
    return Outcome(
        PASSED if good else FAILED,
        value=value,
        samples=_rounded(samples),
        evidence={
            "detail": f"Measured: {_written(value, metric)}; {relation} {_written(limit, metric)} is good.",
            "samples": _rounded(samples),
            "unit": metric.unit,
            "threshold": limit,
            **measured.evidence,
        },
    )


def _wavers(metric: Metric, samples: list[float], limit: float) -> bool:
    """Tell whether another five samples might say the opposite: near the threshold, or with samples on its other side.

    Far on the good side one sample that stands out, as by a hiccup of the network, is none of that. On the bad side
    it is: a busy machine makes times longer, never shorter.
    """
    middle = median(samples)
    if not _is_dispersed(samples, limit):
        return False
    if _is_near(middle, limit):
        return True
    bad = sum(not metric.allows(sample, limit) for sample in samples)
    return bad > 1 if metric.allows(middle, limit) else bad < len(samples)


def _unsteady(metric: Metric, samples: list[float], limit: float) -> Outcome:
    said = f"It was measured between {_written(min(samples), metric)} and {_written(max(samples), metric)}"
    return inconclusive(
        "unsteady",
        f"{said}, so it would pass one time and fail another; {_written(limit, metric)} is the threshold.",
        samples=_rounded(samples),
        unit=metric.unit,
        threshold=limit,
    )


def _rounded(samples: list[float]) -> list[float]:
    return [round(sample, 3) for sample in samples]


def _in_doubt(metric: Metric, samples: list[float], limit: float) -> bool:
    verdicts = {metric.allows(sample, limit) for sample in samples}
    return len(verdicts) > 1 or _is_near(median(samples), limit) or _is_dispersed(samples, limit)


def _is_near(value: float, limit: float) -> bool:
    return abs(value - limit) <= NEAR * abs(limit)


def _is_dispersed(samples: list[float], limit: float) -> bool:
    """Tell whether the samples are further from each other than from the threshold."""
    return max(samples) - min(samples) > abs(median(samples) - limit)


def _written(value: float, metric: Metric) -> str:
    return f"{value:g} {metric.unit}".strip()
