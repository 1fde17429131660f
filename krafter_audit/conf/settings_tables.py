"""The tables of settings in docs/operations.md."""

from collections.abc import Iterator

from krafter_audit.conf.declarations import PROVIDER_SETTINGS, PROVIDERS, SETTINGS
from krafter_audit.conf.setting import Setting, SettingSection

START_MARKER = (
    "<!-- settings: written by `manage.py generate_docs` from krafter_audit/conf/declarations.py -->"
)
END_MARKER = "<!-- end of settings -->"

INTRODUCTIONS = {
    SettingSection.REQUIRED: "`./krafter up` generates all of these and stores them in its data directory.",
    SettingSection.PROVIDERS: "`<PROVIDER>` is {}.".format(", ".join(f"`{name}`" for name in PROVIDERS)),
    SettingSection.COMMANDS: "Read by `./krafter` and by management commands, not by the web and the workers.",
}


def with_tables(page: str) -> str:
    """Return the page with new tables. Raises ValueError without the markers."""
    before, start, rest = page.partition(START_MARKER)
    _, end, after = rest.partition(END_MARKER)
    if not (start and end):
        raise ValueError(f"The page has no lines {START_MARKER!r} and {END_MARKER!r}.")
    return f"{before}{START_MARKER}\n\n{tables()}\n{END_MARKER}{after}"


def tables() -> str:
    sections = (section for section in SettingSection if section is not SettingSection.INTERNAL)
    return "\n".join(line for section in sections for line in _section(section))


def _section(section: SettingSection) -> Iterator[str]:
    yield f"### {section}"
    yield ""
    if section in INTRODUCTIONS:
        yield INTRODUCTIONS[section]
        yield ""
    yield "| Name | Default | Accepted | Description |"
    yield "|---|---|---|---|"
    yield from (_row(setting) for setting in (*SETTINGS, *PROVIDER_SETTINGS) if setting.section is section)
    yield ""


def _row(setting: Setting) -> str:
    return f"| `{setting.name}` | {default(setting)} | {_accepted(setting)} | {setting.help} |"


def default(setting: Setting) -> str:
    if setting.default_text:
        return setting.default_text
    if setting.default in ("", ()):
        return "none"
    return f"`{str(setting.default).lower() if isinstance(setting.default, bool) else setting.default}`"


def _accepted(setting: Setting) -> str:
    return ", ".join(f"`{word}`" for word in setting.choices) or setting.accepted
