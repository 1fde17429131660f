from xml.etree import ElementTree as Xml

import pytest

from reports.presentation import chart
from tests.unit.reports.sample_snapshot import series

SVG = "{http://www.w3.org/2000/svg}"


def drawn(scores: list[float], **size: int) -> Xml.Element:
    return Xml.fromstring(chart.burn_down(series(scores), **size))


def points(picture: Xml.Element) -> list[tuple[float, float]]:
    line = picture.find(f"{SVG}polyline")
    assert line is not None
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.attrib["points"].split())]


def words(picture: Xml.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def test_a_falling_risk_is_a_falling_line_from_edge_to_edge() -> None:
    places = points(drawn([320, 305, 290, 260, 240, 220, 210]))

    assert len(places) == 7
    assert (places[0][0], places[-1][0]) == (chart.LEFT, 720 - chart.RIGHT)
    assert [y for _, y in places] == sorted(y for _, y in places)


def test_the_picture_says_in_words_what_it_shows() -> None:
    picture = drawn([320, 210])

    assert picture.attrib["role"] == "img"
    assert picture.findtext(f"{SVG}title") == "Open risk score by day"
    assert picture.findtext(f"{SVG}desc") == (
        "The open risk score fell by 110, from 320 on 24 November 2026 to 210 on 25 November 2026."
    )


def test_every_day_of_a_week_carries_its_number_and_its_name() -> None:
    shown = words(drawn([320, 305, 290, 260, 240, 220, 210]))

    assert {"320", "305", "290", "260", "240", "220", "210"} <= set(shown)
    assert {"19 Nov", "25 Nov"} <= set(shown)


def test_a_year_names_a_few_days_and_the_last_among_them() -> None:
    shown = words(drawn([float(score) for score in range(366)]))

    days = [word for word in shown if " " in word]
    assert 4 <= len(days) <= 10
    assert "25 Nov" in days


@pytest.mark.parametrize("scores", [[0], [0, 0, 0], [1_000_000, 0], [0.5, 0.25]])
def test_any_series_stays_inside_the_picture(scores: list[float]) -> None:
    assert all(0 <= x <= 720 and 0 <= y <= 300 for x, y in points(drawn(scores)))


def test_the_axis_ends_at_or_above_the_highest_value_in_round_steps() -> None:
    assert chart.axis_scale(320) == (400, 100)
    assert chart.axis_scale(1) == (1, 1)
    assert chart.axis_scale(997) == (1000, 250)


def test_the_picture_brings_neither_script_nor_style() -> None:
    picture = chart.burn_down(series([3, 2, 1]))

    assert "<script" not in picture
    assert "style" not in picture
    assert len(picture.encode()) < 4096
