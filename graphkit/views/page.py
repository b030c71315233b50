"""Makes one self-contained page: data, styles and scripts in one file, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphkit.reports.text import Lang

_VIS_NETWORK = "templates/lib/vis-9.1.2/vis-network.min.js"


def page(template: str, lang: Lang, title: str, data: dict[str, Any]) -> str:
    """Return a page as HTML; its data cannot end its own script element, and only the page's own scripts may run."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("graphkit.views"), PackageLoader("graphkit.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scripts = [_vis_network(), _template("common.js") + _template(template.replace(".html", ".js"))]
    return environment.get_template(template).render(
        lang=lang,
        title=title,
        data=Markup(_json(data)),  # noqa: S704 (a JSON text without <, > and &)
        scripts=[Markup(script) for script in scripts],  # noqa: S704 (files of graphkit and pyvis)
        hashes=" ".join(f"'sha256-{_hash(script)}'" for script in scripts),
    )


def _json(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _vis_network() -> str:
    script = resources.files("pyvis").joinpath(_VIS_NETWORK).read_text(encoding="utf-8")
    return "\n" + script.replace("</script", "<\\/script") + "\n"


def _template(name: str) -> str:
    return "\n" + resources.files("graphkit.views").joinpath("templates", name).read_text(encoding="utf-8")
