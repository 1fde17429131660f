"""A verification is inconclusive when another page has the title of the page."""

import random
from collections.abc import Iterable

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page import similarity
from scanner.preconditions import is_other_title
from tests.fakes.website import Answer, Site
from tests.unit.scanner.site_checks import outcome_of

HTML = ("Content-Type", "text/html; charset=utf-8")
CSP = (
    "Content-Security-Policy",
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'",
)
TITLE = "<title>Corner Bakery</title>"
KEY = "security_header_csp"
BOT_CHALLENGE = (
    "<h1>One more step</h1><p>Please complete the puzzle to prove that you are human. <img src=/puzzle.png>"
)
MAINTENANCE_PAGE = (
    "<h1>We are working on it</h1><p>The Corner Bakery is being painted. Please come back this evening."
)


# Most of their words have vowel signs, which are no letters to Python.
HINDI = (
    "<title>{}</title><p>हम आपका ऑर्डर लिंज़ के गोदाम से तीन कार्यदिवसों में भेजते हैं। बड़े लैंप पैलेट पर जाते हैं और "
    "परिवहनकर्ता पहुँचने से पहले टेलीफ़ोन करता है। विदेशी ग्राहक सामान्य पार्सल या एक्सप्रेस कूरियर चुनते हैं।"
)


def random_words(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices("abcdefghijklmnop", k=8)) for _ in range(count)]


def page_of(words: Iterable[str]) -> str:
    return TITLE + "".join(f"<p><a href='/{word}?v=1'>{word}</a> and {word[::-1]}" for word in words)


def check_page(text: str, *headers: tuple[str, str], before: dict[str, Outcome] | None = None) -> Outcome:
    return outcome_of(KEY, Site({"/": Answer(text, headers=[HTML, *headers])}), before=before)


@pytest.mark.parametrize("other_page", [BOT_CHALLENGE, MAINTENANCE_PAGE, page_of(random_words(2, 60))])
def test_dissimilar_page_with_the_same_title_is_inconclusive(other_page: str):
    before = {KEY: check_page(page_of(random_words(1, 60)))}

    after = check_page(f"{TITLE}{other_page}", CSP, before=before)

    assert before[KEY].status == FAILED
    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


def test_links_are_the_same_on_another_scheme_and_with_www() -> None:
    link = "<a href='{}shop.example/bread'>"
    found = {similarity.fingerprints(link.format(start), "") for start in ("http://", "https://www.", "//")}

    assert (len(found), len(found.pop())) == (1, 1)


def test_fixed_page_with_changed_content_passes():
    before = {KEY: check_page(page_of(random_words(1, 60)))}
    now = page_of(random_words(1, 60)[:20] + random_words(2, 60)).replace("v=1", "v=2")

    assert check_page(now, CSP, before=before).status == PASSED


@pytest.mark.parametrize(
    ("former", "language", "words", "expected"),
    [
        ("en", "de-AT", 30, (INCONCLUSIVE, "target_missing")),
        ("en", "en-GB", 30, (PASSED, None)),
        ("en", "", 30, (PASSED, None)),
        ("en", "de", 55, (PASSED, None)),  # only the attribute was wrong
        ("xx", "de", 30, (PASSED, None)),  # no language
        ("eng", "en", 30, (PASSED, None)),
    ],
)
def test_page_in_another_language_is_another_page(
    former: str, language: str, words: int, expected: tuple[str, str | None]
) -> None:
    """It has the links of the page, and the same brand in its title."""
    page = "<html lang={}>{}"
    before = {KEY: check_page(page.format(former, page_of(random_words(1, 60))))}
    now = page_of([*random_words(1, 60)[:words], *random_words(2, 60 - words)])

    after = check_page(page.format(language, now), CSP, before=before)

    assert (before[KEY].status, after.status, after.reason) == (FAILED, *expected)


@pytest.mark.parametrize("title", ["डाक से भेजना और लौटाना", "ग्राहकों के लिए ज़रूरी जानकारी"])
def test_page_in_a_script_with_vowel_signs_is_identified_by_its_words(title: str):
    before = {KEY: check_page(HINDI.format("वितरण और वापसी की शर्तें"))}

    assert check_page(HINDI.format(title), CSP, before=before).status == PASSED


def test_title_that_has_a_word_with_vowel_signs_in_common_is_no_other_title():
    assert not is_other_title("कीमतें, वितरण तथा भुगतान", "वितरण और वापसी की शर्तें")


def test_page_with_few_words_is_identified_by_its_title():
    before = {KEY: check_page(f"{TITLE}<p>Hello there")}

    assert check_page(f"{TITLE}<p>Quite different", CSP, before=before).status == PASSED


@pytest.mark.slow
def test_page_with_a_fifth_of_its_content_is_similar():
    similar = 0
    for seed in range(200):
        kept = similarity.sample(similarity.fingerprints(page_of(random_words(seed, 100)), ""))
        now = page_of(random_words(seed, 100)[:20] + random_words(seed + 1000, 80))
        similar += similarity.is_similar(kept, similarity.fingerprints(now, ""))

    assert similar >= 195


@pytest.mark.parametrize("kept", ["", "zz", "abc", 7, None])
def test_malformed_sample_counts_as_similar(kept: object):
    assert similarity.is_similar(kept, frozenset())  # type: ignore[arg-type]  # whatever JSON holds


def test_words_of_scripts_and_title_are_not_fingerprinted():
    html = "<title>Corner Bakery</title><script>var bakeries = 'croissants'</script><p>Corner bakery bread"

    assert similarity.fingerprints(html, "Corner Bakery") == similarity.fingerprints("<p>bread", "")


def test_title_of_an_image_that_closes_itself_hides_nothing() -> None:
    assert similarity.visible_text("<svg><title /></svg><p>shown").split() == ["shown"]


@pytest.mark.parametrize("count", [5, 31, 100, 1000])
def test_extent_of_a_page_is_estimated_from_its_sample(count: int):
    found = similarity.fingerprints(" ".join(random_words(count, count)), "")
    sample = similarity.hashes_from_hex(b"".join(sorted(found)[: similarity.SAMPLE_SIZE]).hex())

    estimate = similarity.estimated_size(sample)

    assert estimate == pytest.approx(count, rel=0.35 if count > similarity.SAMPLE_SIZE else 0)


@pytest.mark.parametrize(
    "unclosed",
    ["<!-- hidden", "<script>hidden", "<style x>hidden", "<template>hidden", "<title>hidden", "<hidden"],
)
def test_what_is_not_closed_is_invisible_up_to_the_end(unclosed: str) -> None:
    assert similarity.visible_text(f"<p>shown</p>{unclosed} <b hidden").split() == ["shown"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["<!--", "<script>", "<style ", "<template>", "<", "</script ", "<!-- -"])
def test_page_that_closes_nothing_is_read_in_linear_time(unit: str) -> None:
    page = "<p>shown</p>" + unit * (similarity.MAX_CHARACTERS // len(unit))

    # In quadratic time, each would take minutes.
    assert similarity.visible_text(page).split() == ["shown"]
