"""A real browser for pages of strangers: behind its own proxy, under a process guard, within bounds.

    from scanner.browser.browser import Browser

    with Browser() as browser:
        with browser.page("https://example.com/") as page:   # a Playwright page after its load event
            title = page.title()
        browser.visit.response                               # the main response; .passages, .received, .seconds

Chromium starts with the first page and ends with the `with` block of the browser. Nothing is imported here: `browser`,
`session` and `visit` import Playwright, which is large; the other modules do not.
"""
