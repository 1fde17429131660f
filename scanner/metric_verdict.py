"""Compare a measurement with its threshold: by the median, with more samples near the threshold.

A value that varies around its threshold would pass in one run and fail in the next, so it is inconclusive: `unsteady`.
"""

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from scanner.outcome import FAILED, PASSED, Measurement, Outcome, inconclusive
from scanner.registry import Check, Metric

NEAR_SHARE = 0.15  # of the threshold: values this close to it need more samples
FAR_FACTOR = 2.0  # times better than the threshold: one sample is enough; times worse: two
SAMPLES_THAT_AGREE = 2
SAMPLES_OF_VARYING_METRIC = 3
SAMPLES_NEAR_THRESHOLD = 5
SINGULAR = {"days": "day", "elements": "element", "redirects": "redirect"}


def judge_metric(
    check: Check, measured: Measurement, threshold: float | None = None, *, confirm: bool = True
) -> Outcome:
    """Judge a measurement by the median of its samples, in the metric's unit.

    Where samples vary, one is enough if it is better than the threshold by a factor of two: a busy machine makes a page
    slower, never faster. Two are enough if both are worse by that factor, or, of loads in a browser, if both are on the
    same side of the threshold by more than 15 %. Else there are three.

    Five samples are taken when the median is within 15 % of the threshold, when the samples are on both sides of it,
    or when they differ from each other by more than from the threshold. The outcome is inconclusive when another five
    might decide otherwise. To confirm samples that do not pass, they are taken again undisturbed, where that is
    possible. Raises TypeError for a check without a metric.
    """
    metric = check.metric
    if metric is None:
        raise TypeError(f"{check.key} returns a measurement but has no metric")
    limit = metric.threshold if threshold is None else threshold
    outcome = _judge_samples(check, metric, measured, limit)
    if outcome.status == PASSED or measured.take_undisturbed_samples is None:
        return outcome
    if not confirm:
        return outcome.with_evidence({"confirmed": False})
    again = replace(
        measured,
        samples=measured.take_undisturbed_samples(SAMPLES_OF_VARYING_METRIC),
        take_samples=measured.take_undisturbed_samples,
        varies=False,
    )
    confirmed = _judge_samples(check, metric, again, limit)
    return confirmed.with_evidence({"runs": [outcome.status, confirmed.status]})


def _judge_samples(check: Check, metric: Metric, measured: Measurement, limit: float) -> Outcome:
    samples = _take_samples(
        metric, measured, limit, two_agree=_agree if check.kind == "lab" else _are_worse_by_far
    )
    if measured.take_samples and _needs_more(metric, samples, limit):
        samples = measured.take_samples(SAMPLES_NEAR_THRESHOLD)
        if _is_unsteady(metric, samples, limit):
            return _unsteady(metric, samples, limit).with_evidence(measured.evidence)
    value = round(median(samples), 3)
    is_good = metric.allows(value, limit)
    relation = "at most" if metric.direction == "max" else "at least"
    return Outcome(
        PASSED if is_good else FAILED,
        value=value,
        samples=_rounded(samples),
        evidence={
            "detail": f"The value is {_format(value, metric)}; it should be {relation} {_format(limit, metric)}.",
            "samples": _rounded(samples),
            "unit": metric.unit,
            "threshold": limit,
            **measured.evidence,
        },
    )


def _take_samples(
    metric: Metric,
    measured: Measurement,
    limit: float,
    *,
    two_agree: Callable[[Metric, list[float], float], bool],
) -> list[float]:
    """Return the samples, with as many more as are needed this far from the threshold."""
    samples = measured.samples
    if measured.take_samples is None or not measured.varies or len(samples) >= SAMPLES_OF_VARYING_METRIC:
        return samples
    if all(_is_better_by_far(metric, sample, limit) for sample in samples):
        return samples
    samples = measured.take_samples(SAMPLES_THAT_AGREE)
    return samples if two_agree(metric, samples, limit) else measured.take_samples(SAMPLES_OF_VARYING_METRIC)


def _is_better_by_far(metric: Metric, sample: float, limit: float) -> bool:
    return metric.allows(sample, limit / FAR_FACTOR if metric.direction == "max" else limit * FAR_FACTOR)


def _are_worse_by_far(metric: Metric, samples: list[float], limit: float) -> bool:
    far = limit * FAR_FACTOR if metric.direction == "max" else limit / FAR_FACTOR
    return not any(metric.allows(sample, far) for sample in samples)


def _agree(metric: Metric, samples: list[float], limit: float) -> bool:
    verdicts = {metric.allows(sample, limit) for sample in samples}
    return len(verdicts) == 1 and not any(is_near(sample, limit) for sample in samples)


def _is_unsteady(metric: Metric, samples: list[float], limit: float) -> bool:
    """Return whether another five samples might decide otherwise.

    One outlier on the good side of the threshold is tolerated, such as a network hiccup. On the bad side a single good
    sample is enough for doubt: load makes times longer, never shorter.
    """
    middle = median(samples)
    if not _is_dispersed(samples, limit):
        return False
    if is_near(middle, limit):
        return True
    bad = sum(not metric.allows(sample, limit) for sample in samples)
    return bad > 1 if metric.allows(middle, limit) else bad < len(samples)


def _unsteady(metric: Metric, samples: list[float], limit: float) -> Outcome:
    lowest, highest = _format(min(samples), metric), _format(max(samples), metric)
    return inconclusive(
        "unsteady",
        f"The value varies between {lowest} and {highest}, around the threshold of {_format(limit, metric)}.",
        samples=_rounded(samples),
        unit=metric.unit,
        threshold=limit,
    )


def _rounded(samples: list[float]) -> list[float]:
    return [round(sample, 3) for sample in samples]


def _needs_more(metric: Metric, samples: list[float], limit: float) -> bool:
    verdicts = {metric.allows(sample, limit) for sample in samples}
    return len(verdicts) > 1 or is_near(median(samples), limit) or _is_dispersed(samples, limit)


def is_near(value: float, limit: float) -> bool:
    return abs(value - limit) <= NEAR_SHARE * abs(limit)


def _is_dispersed(samples: list[float], limit: float) -> bool:
    """Return whether the samples differ from each other by more than from the threshold."""
    return max(samples) - min(samples) > abs(median(samples) - limit)


def _format(value: float, metric: Metric) -> str:
    unit = SINGULAR.get(metric.unit, metric.unit) if value == 1 else metric.unit
    return f"{value:g} {unit}".strip()
