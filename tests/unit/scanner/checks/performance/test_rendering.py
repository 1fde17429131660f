"""What blocks rendering, and the sizes of images, as real pages write them."""

import pytest

from scanner.checks.performance import rendering
from scanner.outcome import FAILED, PASSED
from scanner.page_visit import device_profile
from tests.unit.scanner.checks.base_page import HEAD, good_site, html, page
from tests.unit.scanner.site_checks import outcome_of

SHEET = '<link rel="stylesheet" href="/b.css"'
IMAGE = '<img src="/a.png" alt=""'

IN_HEAD = [
    # A counter for visitors without scripts: to a parser that runs none, it ends the head.
    ('<noscript><img src="/pixel.gif" alt=""></noscript><script src="/b.js"></script>', FAILED),
    ("<script>add('<noscript>')</script><script src=/b.js></script>", FAILED),
    ('<noscript><script src="/b.js"></script></noscript>', PASSED),
    ('<SCRIPT NOMODULE SRC="/b.js"></SCRIPT>', PASSED),
    ('<script type="application/x-javascript" src="/b.js"></script>', FAILED),
    ('<script type="text/template" src="/b.html"></script>', PASSED),
    ('<script language="VBScript" src="/b.vbs"></script>', PASSED),
    (f'{SHEET} media="projection, screen">', FAILED),
    (f'{SHEET} media="only screen">', FAILED),
    (f'{SHEET} media="print, speech">', PASSED),
    (f'{SHEET} media="(min-width: 80em)">', PASSED),
    # Those for phones apply to the screen of the scanner's visits.
    (f'{SHEET} media="only screen and (max-width: 768px)">', FAILED),
    (f'{SHEET} media="(min-width:20em) and ( MAX-WIDTH : 47.5em )">', FAILED),
    (f'{SHEET} media="print, (max-width: 750px)">', FAILED),
    (f'{SHEET} media="screen and (max-width: 320px)">', PASSED),
    (f'{SHEET} media="not screen and (max-width: 768px)">', PASSED),
    (f'{SHEET} media="(max-width: 768px) and (orientation: landscape)">', PASSED),
]
IMAGES = [
    (f'{IMAGE} style="width: 20px; height:1.5em">', PASSED),
    (f'{IMAGE} style="WIDTH:50%;aspect-ratio: 16/9">', PASSED),
    (f'{IMAGE} width="40" style="height:.5em">', PASSED),
    (f'{IMAGE} style="max-width: 20px; height: 20px">', FAILED),
    (f'{IMAGE} style="width: 20px; height: auto">', FAILED),
    (f'{IMAGE} style="border-width: 1px; line-height: 1">', FAILED),
    (f'{IMAGE} style="aspect-ratio: 1">', FAILED),
    (f'{IMAGE} style="width: 20px; aspect-ratio: auto">', FAILED),
    (f'{IMAGE} style="width: 20px; aspect-ratio: auto 4 / 3">', PASSED),
    (f'{IMAGE} style="width: auto; aspect-ratio: 1">', FAILED),
    (f"<noscript>{IMAGE}></noscript>", PASSED),
    # What cannot shift the layout, as in Lighthouse's unsized-images.
    (f'{IMAGE} style="top: 0; position:absolute">', PASSED),
    (f'{IMAGE} style="background-position: fixed">', FAILED),
    ("<img alt='' src='data:image/svg+xml;charset=utf-8,%3Csvg/%3E'>", PASSED),
    ("<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", FAILED),
    ('<img data-src="/a.png" alt="" class="lazyload">', FAILED),
    ("<picture><source srcset='/a.avif'><img alt=''></picture>", FAILED),
]


def status_of(key: str, text: str) -> str:
    return outcome_of(key, good_site(**{"/": page(text)})).status


@pytest.mark.parametrize(("added", "status"), IN_HEAD)
def test_what_blocks_rendering(added: str, status: str) -> None:
    assert status_of("render_blocking", html(head=HEAD + added)) == status


def test_width_of_the_screen_is_that_of_the_visits() -> None:
    assert device_profile.SCREEN["width"] == rendering._SCREEN_WIDTH


def test_image_in_a_noscript_of_the_head_is_not_judged() -> None:
    assert status_of("image_dimensions", html(head=f"{HEAD}<noscript>{IMAGE}></noscript>")) == PASSED


@pytest.mark.parametrize(("image", "status"), IMAGES)
def test_size_of_an_image_in_its_style(image: str, status: str) -> None:
    assert status_of("image_dimensions", html(add=image)) == status
