"""Faults that only a rendered page shows: for each rule of axe-core that has no stand-in, what is added to the page."""

RENDERED_FAULTS = {
    "a11y_color_contrast": '<footer><p style="color:#999;background:#fff">Faint</p></footer>',
    "a11y_target_size": '<nav style="font-size:6px"><a href="/a">a</a><br><a href="/b">b</a></nav>',
    "a11y_link_in_text_block": '<footer><p style="color:#333">Read about <a href="/terms" style="color:#444;'
    'text-decoration:none">our terms of trade</a> before you order anything here.</p></footer>',
    "a11y_aria_required_attr": '<footer><div role="checkbox" tabindex="0">News</div></footer>',
    "a11y_aria_valid_attr_value": '<footer><button aria-expanded="maybe">Menu</button></footer>',
    "a11y_aria_hidden_focus": '<footer><div aria-hidden="true"><a href="/sale">Sale</a></div></footer>',
    "a11y_nested_interactive": '<footer><div role="button" tabindex="0">Open <button>Help</button></div></footer>',
    "a11y_autocomplete_valid": '<footer><label>Mail <input autocomplete="mail"></label></footer>',
    "a11y_region": "<p>Alone outside</p>",
}
