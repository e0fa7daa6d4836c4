"""A page, or the part htmx asked for: one template, one frozen value, one frame around it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Response
from markupsafe import Markup, escape

from server.counted import agree

_LOCALE: Final = "en_GB"


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with a tone; never a tone alone."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Link:
    """One place in the top bar."""

    words: str
    href: str
    here: bool
    badge: str = ""  # what needs somebody there, in a word or two


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: whose node it is, where one may go, how sync stands."""

    node: str
    role: str
    links: tuple[Link, ...]
    more: tuple[Link, ...]  # places gone to rarely, in the menu behind the others
    form_proof: str
    at_work: bool = False
    rehearsal: str = ""
    restored: bool = False
    sync: str = ""
    notice: str = ""
    timezone: str = "UTC"
    bell: str = ""  # its mark before anything of the page was read
    never_told: str = ""  # who must not learn of it; on every page about cases


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": day,
        "day_tag": day_tag,
        "moment": moment,
        "agree": agree,
        "list_words": list_words,
    }
    return made


def day(value: date | None) -> str:
    """A day as people say it: 14 March 2026."""
    return format_date(value, "d MMMM y", locale=_LOCALE) if value else ""


def short_day(value: date | None) -> str:
    """The same where columns are narrow: 14 Mar 2026."""
    return format_date(value, "d MMM y", locale=_LOCALE) if value else ""


def day_tag(value: date | None) -> Markup:
    """A day in words, with the exact day beneath it."""
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day(value))


def moment(value: datetime | str | None, timezone: str) -> Markup:
    """A moment in words in the agency's own zone, with the exact time on demand."""
    if not value:
        return Markup("")
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = when.astimezone(ZoneInfo(timezone))
    exact = format_datetime(local, "EEEE d MMMM y 'at' HH:mm:ss z", locale=_LOCALE)
    words = format_datetime(local, "d MMM y, HH:mm", locale=_LOCALE)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(), exact, words
    )


def hour(value: datetime, timezone: str) -> str:
    """The time of day: 10:42."""
    return format_time(value.astimezone(ZoneInfo(timezone)), "HH:mm", locale=_LOCALE)


def list_words(words: list[str] | tuple[str, ...]) -> str:
    """Names in a row: A, B and C."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


_ENVIRONMENT: Final = _environment()


def html(template: str, page: Any, frame: Frame | None = None) -> str:
    """The text of a template drawn from one value."""
    return _ENVIRONMENT.get_template(template).render(page=page, frame=frame)


def page(template: str, value: Any, frame: Frame, status: int = 200) -> Response[str]:
    """A page, or a part, as an answer."""
    return Response(html(template, value, frame), media_type=MediaType.HTML, status_code=status)


def paragraphs(text: str) -> Markup:
    """Typed words with their line breaks kept."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


_ENVIRONMENT.filters["paragraphs"] = paragraphs
