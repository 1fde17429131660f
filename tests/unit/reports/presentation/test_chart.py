from xml.etree import ElementTree as Xml

import pytest

from reports.presentation import chart
from tests.unit.reports.sample_snapshot import series

SVG = "{http://www.w3.org/2000/svg}"


def draw(scores: list[float], **size: int) -> Xml.Element:
    return Xml.fromstring(chart.burn_down(series(scores), **size))


def points(image: Xml.Element) -> list[tuple[float, float]]:
    line = image.find(f"{SVG}polyline")
    assert line is not None
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.attrib["points"].split())]


def labels(image: Xml.Element) -> list[str]:
    return [text.text or "" for text in image.iter(f"{SVG}text")]


def test_falling_scores_are_a_falling_line_across_the_whole_width() -> None:
    coordinates = points(draw([320, 305, 290, 260, 240, 220, 210]))

    assert len(coordinates) == 7
    assert (coordinates[0][0], coordinates[-1][0]) == (chart.LEFT, 720 - chart.RIGHT)
    assert [y for _, y in coordinates] == sorted(y for _, y in coordinates)


def test_chart_has_a_title_and_a_description() -> None:
    image = draw([320, 210])

    assert image.attrib["role"] == "img"
    assert image.findtext(f"{SVG}title") == "Open risk score by day"
    assert image.findtext(f"{SVG}desc") == (
        "The open risk score fell by 110, from 320 on 24 November 2026 to 210 on 25 November 2026."
    )


def test_chart_of_a_week_labels_every_day() -> None:
    shown = labels(draw([320, 305, 290, 260, 240, 220, 210]))

    assert {"320", "305", "290", "260", "240", "220", "210"} <= set(shown)
    assert {"19 Nov", "25 Nov"} <= set(shown)


def test_chart_of_a_year_labels_4_to_10_days_including_the_last() -> None:
    shown = labels(draw([float(score) for score in range(366)]))

    days = [label for label in shown if " " in label]
    assert 4 <= len(days) <= 10
    assert "25 Nov" in days


@pytest.mark.parametrize("scores", [[0], [0, 0, 0], [1_000_000, 0], [0.5, 0.25]])
def test_every_point_is_inside_the_chart(scores: list[float]) -> None:
    drawn = points(draw(scores))

    assert drawn
    assert all(0 <= x <= 720 and 0 <= y <= 300 for x, y in drawn)


def test_axis_ends_at_or_above_the_maximum_in_round_steps() -> None:
    assert chart.axis_scale(320) == (400, 100)
    assert chart.axis_scale(1) == (1, 1)
    assert chart.axis_scale(997) == (1000, 250)


def test_chart_contains_no_script_and_no_style() -> None:
    image = chart.burn_down(series([3, 2, 1]))

    assert "<script" not in image
    assert "style" not in image
    assert len(image.encode()) < 4096
