"""For each rule of axe-core, what is replaced in the good page so that exactly this rule is violated."""

from tests.unit.scanner.checks.base_page import TITLE, VIEWPORT, html

type Replacement = tuple[str, str]


def added(markup: str) -> Replacement:
    """Add markup at the end of the body."""
    return "</body>", f"{markup}</body>"


VIOLATIONS: dict[str, Replacement] = {
    "a11y_image_alt": (' alt="A lamp"', ""),
    "a11y_label": ('<label for="q">Search</label>', ""),
    "a11y_button_name": (
        "<button>Go</button>",
        '<button><img src="/lamp.png" alt="" width="1" height="1"></button>',
    ),
    "a11y_link_name": ("How to return something", " "),
    "a11y_select_name": ('<label for="c">Country</label>', ""),
    "a11y_frame_title": (' title="How to find us"', ""),
    "a11y_svg_img_alt": (' aria-label="Stars"', ""),
    "a11y_html_has_lang": ('<html lang="en">', "<html>"),
    "a11y_html_lang_valid": ('<html lang="en">', '<html lang="xx">'),
    "a11y_document_title": (TITLE, "<title> </title>"),
    "a11y_meta_viewport": (VIEWPORT, VIEWPORT.replace("scale=1", "scale=1, user-scalable=no")),
    "a11y_meta_refresh": added('<meta http-equiv="refresh" content="30">'),
    "a11y_heading_order": ("<h2>Abroad</h2>", "<h2>Abroad</h2><h4>Fees</h4>"),
    "a11y_page_has_heading_one": ("<h1>Delivery</h1>", ""),
    "a11y_landmark_one_main": ("main>", "div>"),
    "a11y_tabindex": ('<a href="/returns"', '<a tabindex="3" href="/returns"'),
    "a11y_list": ("<ul><li>Cash", "<ul><p>Also:</p><li>Cash"),
    "a11y_listitem": added("<footer><div><li>Alone</li></div></footer>"),
    "a11y_aria_roles": ('role="note"', 'role="notes"'),
    "a11y_aria_valid_attr": ('aria-describedby="q"', 'aria-described-by="q"'),
    "a11y_duplicate_id_aria": added(
        '<footer><button aria-describedby="n">Help</button><p id="n">One</p><p id="n">Two</p></footer>'
    ),
    "a11y_td_headers_attr": ('headers="p"', 'headers="price"'),
    "a11y_color_contrast": added('<footer><p style="color:#999;background:#fff">Faint</p></footer>'),
    "a11y_target_size": added(
        '<nav style="font-size:6px"><a href="/a">a</a><br><a href="/b">b</a></nav>',
    ),
    "a11y_link_in_text_block": added(
        '<footer><p style="color:#333">Read about <a href="/terms" style="color:#444;'
        'text-decoration:none">our terms of trade</a> before you order anything here.</p></footer>'
    ),
    "a11y_aria_required_attr": added('<footer><div role="checkbox" tabindex="0">News</div></footer>'),
    "a11y_aria_valid_attr_value": added('<footer><button aria-expanded="maybe">Menu</button></footer>'),
    "a11y_aria_hidden_focus": added(
        '<footer><div aria-hidden="true"><a href="/sale">Sale</a></div></footer>'
    ),
    "a11y_nested_interactive": added(
        '<footer><div role="button" tabindex="0">Open <button>Help</button></div></footer>'
    ),
    "a11y_autocomplete_valid": added('<footer><label>Mail <input autocomplete="mail"></label></footer>'),
    "a11y_region": added("<p>Alone outside</p>"),
}


def violating(*keys: str) -> str:
    """Return the good page's HTML with the violations of these checks."""
    text = html()
    for old, new in (VIOLATIONS[key] for key in keys):
        assert old in text
        text = text.replace(old, new)
    return text
