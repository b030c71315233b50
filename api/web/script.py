"""Values on their way into a page's script."""

from __future__ import annotations

import json
from typing import Any


def as_script(value: Any) -> str:
    """Return a value as a JavaScript literal that cannot end a string, a script or a line."""
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
