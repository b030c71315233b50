"""Charts drawn from simple shapes: as SVG for pages (text stays text, colours follow the theme), as PNG for Word.

Every bar and band has its number written at it and a pattern beside its colour, so that a chart reads in print and
without colours.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Literal, Protocol

from markupsafe import escape
from PIL import Image, ImageDraw, ImageFont

from graphkit.reports.document import Bars, Flow
from graphkit.reports.text import number_text, shown

WIDTH = 680
"""Width of a chart; its height follows from what it holds."""

Anchor = Literal["start", "middle", "end"]
Points = Sequence[tuple[float, float]]

_ROW, _BAR, _LABEL = 30, 20, 120
_FLOW_HEIGHT, _NODE = 190, 16
_INK = "#1b1f24"
_TONES = {
    "good": ("#0b5d8f", "#d3e8f6"), "doubt": ("#6b5600", "#faeeb5"), "broken": ("#9c1c12", "#f8cdc6"),
    "stuck": ("#8f4700", "#fbdcb6"), "waiting": ("#444d5c", "#dfe3ea"), "unknown": ("#55308a", "#e6daf5"),
    "quiet": ("#626a73", "#f1f2f4"),
}  # fmt: skip
"""Line and fill of each tone on paper, as templates/tones.css has them."""

_CJK_FONTS = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf",
    "msyh.ttc", "simhei.ttf", "simsun.ttc", "PingFang.ttc", "STHeiti Light.ttc", "wqy-microhei.ttc",
)  # fmt: skip


class Canvas(Protocol):
    """What a chart is drawn on. Positions and sizes are in the chart's own units; a tone is a key of the palette."""

    def rectangle(self, x: float, y: float, width: float, height: float, tone: str, *, hatched: bool = False) -> None:
        """Fill a rectangle, hatched or plain."""

    def band(self, x1: float, y1: float, x2: float, y2: float, thickness: float, tone: str) -> None:
        """Draw a band of equal thickness from one column to another; y is its upper edge."""

    def text(
        self, x: float, y: float, text: str, *, anchor: Anchor = "start", size: float = 13, bold: bool = False
    ) -> None:
        """Write a text with its middle at y."""


def chart_svg(chart: Bars | Flow) -> str:
    """Return a chart as an inline SVG element without ids, scripts, links or outside fonts."""
    canvas = _Svg(_height(chart), chart.title)
    _draw(canvas, chart)
    return canvas.content()


def chart_png(chart: Bars | Flow) -> bytes:
    """Return a chart as a PNG, twice as fine as its units; the same chart gives the same bytes on one machine."""
    canvas = _Png(_height(chart))
    _draw(canvas, chart)
    return canvas.content()


def can_write_chinese() -> bool:
    """Return whether this machine has a font with which a PNG can show Chinese."""
    return _font_file() is not None


def _height(chart: Bars | Flow) -> float:
    return 34 + _ROW * len(chart.rows) + 6 if isinstance(chart, Bars) else _FLOW_HEIGHT + 72


def _draw(canvas: Canvas, chart: Bars | Flow) -> None:
    if isinstance(chart, Bars):
        _draw_bars(canvas, chart)
    else:
        _draw_flow(canvas, chart)


def _draw_bars(canvas: Canvas, chart: Bars) -> None:
    x = 4.0
    for at, (name, tone) in enumerate(chart.parts):
        canvas.rectangle(x, 6, 14, 14, tone, hatched=at % 2 == 1)
        canvas.text(x + 20, 13, name)
        x += 40 + sum(14 if character > "\u2e7f" else 8 for character in name)
    most = max((sum(values) for _, values in chart.rows), default=0)
    scale = (WIDTH - _LABEL - 60) / most if most else 0
    for row, (label, values) in enumerate(chart.rows):
        y = 34 + row * _ROW
        canvas.text(_LABEL - 8, y + _BAR / 2, shown(label, 24), anchor="end")
        x = float(_LABEL)
        for at, ((_, tone), value) in enumerate(zip(chart.parts, values, strict=True)):
            if value:
                canvas.rectangle(x, y, value * scale, _BAR, tone, hatched=at % 2 == 1)
                if value * scale > 22:
                    canvas.text(x + value * scale / 2, y + _BAR / 2, number_text(value), anchor="middle", bold=True)
                x += value * scale
        canvas.text(x + 6, y + _BAR / 2, number_text(sum(values)))


def _draw_flow(canvas: Canvas, chart: Flow) -> None:
    """Draw the columns with bands between them; what a column keeps is a hatched block at its foot."""
    count = len(chart.levels)
    came_in = [sum((one.amount for one in chart.links if one.target == at), Decimal(0)) for at in range(count)]
    went_out = [sum((one.amount for one in chart.links if one.source == at), Decimal(0)) for at in range(count)]
    size = [max(came_in[at], went_out[at], chart.kept[at]) for at in range(count)]
    scale = _FLOW_HEIGHT / float(max(size)) if any(size) else 0
    gap = (WIDTH - 130 - _NODE) / max(count - 1, 1)
    xs = [30 + at * gap for at in range(count)]
    top, left, right = 44.0, [0.0] * count, [0.0] * count
    labels: list[tuple[float, float, str]] = []
    for link in sorted(chart.links, key=lambda one: (one.source, one.target)):
        thickness = max(float(link.amount) * scale, 1.0)
        y1, y2 = top + left[link.source], top + right[link.target]
        canvas.band(xs[link.source] + _NODE, y1, xs[link.target], y2, thickness, "good")
        labels.append((xs[link.source] + _NODE + 5, y1 + max(thickness / 2, 7), link.label))
        left[link.source] += thickness
        right[link.target] += thickness
    for at, level in enumerate(chart.levels):
        canvas.text(xs[at] + _NODE / 2, 14, level, anchor="middle", bold=True)
        canvas.rectangle(xs[at], top, _NODE, max(float(size[at]) * scale, 1.0), "waiting")
        if chart.kept[at]:
            height = max(float(chart.kept[at]) * scale, 3.0)
            foot = top + max(float(size[at]) * scale, height)
            canvas.rectangle(xs[at], foot - height, _NODE, height, "broken", hatched=True)
            canvas.text(xs[at], foot + 13, chart.kept_labels[at], size=12, bold=True)
    for x, y, label in labels:
        canvas.text(x, y, label, size=12)


class _Svg:
    def __init__(self, height: float, title: str) -> None:
        self.height, self.title = height, title
        self.parts: list[str] = []

    def rectangle(self, x: float, y: float, width: float, height: float, tone: str, *, hatched: bool = False) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="shape tone-{tone}"/>'
        )
        if hatched:
            lines = "".join(
                f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" for (x1, y1), (x2, y2) in _hatching(x, y, width, height)
            )
            self.parts.append(f'<path d="{lines}" class="hatch tone-{tone}"/>')

    def band(self, x1: float, y1: float, x2: float, y2: float, thickness: float, tone: str) -> None:
        middle = (x1 + x2) / 2
        self.parts.append(
            f'<path d="M{x1:.1f},{y1:.1f}C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}'
            f"v{thickness:.1f}C{middle:.1f},{y2 + thickness:.1f} {middle:.1f},{y1 + thickness:.1f} "
            f'{x1:.1f},{y1 + thickness:.1f}Z" class="band tone-{tone}"/>'
        )

    def text(
        self, x: float, y: float, text: str, *, anchor: Anchor = "start", size: float = 13, bold: bool = False
    ) -> None:
        weight = ' font-weight="700"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:g}" text-anchor="{anchor}"{weight}>'
            f"{escape(shown(text))}</text>"
        )

    def content(self) -> str:
        label = escape(shown(self.title))
        return (
            f'<svg class="chart" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {self.height:g}">'
            f"{''.join(self.parts)}</svg>"
        )


class _Png:
    _SCALE = 2

    def __init__(self, height: float) -> None:
        self.picture = Image.new("RGB", (WIDTH * self._SCALE, round(height * self._SCALE)), "white")
        self.pen = ImageDraw.Draw(self.picture)

    def rectangle(self, x: float, y: float, width: float, height: float, tone: str, *, hatched: bool = False) -> None:
        scale = self._SCALE
        self.pen.rectangle(
            (x * scale, y * scale, (x + width) * scale, (y + height) * scale),
            fill=_TONES[tone][1],
            outline=_TONES[tone][0],
        )
        for start, end in _hatching(x, y, width, height) if hatched else ():
            self.pen.line(
                [(start[0] * scale, start[1] * scale), (end[0] * scale, end[1] * scale)], fill=_TONES[tone][0]
            )

    def band(self, x1: float, y1: float, x2: float, y2: float, thickness: float, tone: str) -> None:
        edge = [_along(x1, y1, x2, y2, step / 24) for step in range(25)]
        points = edge + [(x, y + thickness) for x, y in reversed(edge)]
        scaled = [(x * self._SCALE, y * self._SCALE) for x, y in points]
        self.pen.polygon(scaled, fill=_TONES[tone][1])

    def text(
        self, x: float, y: float, text: str, *, anchor: Anchor = "start", size: float = 13, bold: bool = False
    ) -> None:
        place = {"start": "lm", "middle": "mm", "end": "rm"}[anchor]
        self.pen.text(
            (x * self._SCALE, y * self._SCALE), shown(text), fill=_INK, anchor=place, font=_font(size * self._SCALE),
            stroke_width=1 if bold else 0, stroke_fill=_INK,
        )  # fmt: skip

    def content(self) -> bytes:
        file = io.BytesIO()
        self.picture.save(file, "PNG", optimize=True, dpi=(192, 192))
        return file.getvalue()


def _along(x1: float, y1: float, x2: float, y2: float, part: float) -> tuple[float, float]:
    """Return a point on the curve that a band follows, level at both ends."""
    middle, rest = (x1 + x2) / 2, 1 - part
    x = rest**3 * x1 + 3 * rest * rest * part * middle + 3 * rest * part * part * middle + part**3 * x2
    y = rest**3 * y1 + 3 * rest * rest * part * y1 + 3 * rest * part * part * y2 + part**3 * y2
    return x, y


def _hatching(x: float, y: float, width: float, height: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the strokes that hatch a rectangle from lower left to upper right, cut at its edges."""
    strokes = []
    at = 6.0
    while at < width + height:
        low = min(at, width), max(at - width, 0)
        high = max(at - height, 0), min(at, height)
        strokes.append(((x + high[0], y + high[1]), (x + low[0], y + low[1])))
        at += 6
    return strokes


@cache
def _font_file() -> str | None:
    for name in _CJK_FONTS:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return name
    return None


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = _font_file()
    return ImageFont.truetype(name, round(size)) if name else ImageFont.load_default(round(size))
