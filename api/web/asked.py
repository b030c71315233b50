"""What a page is asked for: its address, taken apart. The same address shows the same thing to whoever may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import Request

from ..dependencies import moment
from ..errors import FieldError
from .words import LANGS

KEPT = ("case", "as_of", "known_by", "lang")
"""The parameters that go along from view to view."""

_MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The view and its parameters; empty ones are left out."""

    view: str
    params: Mapping[str, str]
    lang: str
    theme: str

    @classmethod
    def of(cls, view: str, request: Request) -> Asked:
        """Read a request; the language is the address's, else the reader's last choice, else the browser's."""
        params = {key: value[:_MOST_CHARACTERS] for key, value in request.query_params.items() if value}
        lang = params.get("lang") or request.cookies.get("graphkit-lang") or _preferred(request)
        theme = request.cookies.get("graphkit-theme", "auto")
        return cls(view, params, lang if lang in LANGS else "zh", theme if theme in ("light", "dark") else "auto")

    def get(self, name: str) -> str | None:
        """Return a parameter; None when the address has none of that name."""
        return self.params.get(name)

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """Return a parameter that must be one of `known`; the first of them when the address has none."""
        value = self.params.get(name, known[0])
        if value not in known:
            raise FieldError(name, f"{name}={value}: {', '.join(one for one in known if one)}")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within limits; what is outside is taken as the nearest limit."""
        value = self.params.get(name, "")
        return min(max(int(value), least), most) if value.isascii() and value.isdigit() else default

    @property
    def as_of(self) -> date | None:
        """The day as of which things are shown; None for the case's own. FieldError when it is no day."""
        found = moment(self.params.get("as_of"), "as_of")
        return found.date() if isinstance(found, datetime) else found

    @property
    def known_by(self) -> date | datetime | None:
        """By when the facts had been recorded; None for all that is known. FieldError when it is no time."""
        return moment(self.params.get("known_by"), "known_by")

    def url(self, view: str | None = None, **changes: object) -> str:
        """Return the address of a view (relative to the pages), or of this one with some parameters changed.

        To another view go only the parameters of KEPT; a change to None or the empty text takes a parameter away.
        """
        same = view is None or view == self.view
        base = {key: value for key, value in self.params.items() if same or key in KEPT}
        merged = base | {key: "" if value is None else str(value) for key, value in changes.items()}
        query = urlencode({key: value for key, value in merged.items() if value})
        return f"{view or self.view}{'?' if query else ''}{query}"


def _preferred(request: Request) -> str:
    first = request.headers.get("Accept-Language", "zh").split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") or not first else "en"
