"""Draws docs/images/model.svg: the labels and relationship types of graphkit/model/graph.py, in panels.

Boxes and lines are placed by hand. A test holds that they show each pair of labels that a relationship may connect and
no other, and that no text lies on another.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from graphkit.model.graph import LABELS, RELATIONSHIPS

WIDTH = 1120
_LINE, _LABEL, _NAME, _HEAD = 19, 14, 12, 15
_WIDE = 0x2E80
"""Characters from here on are about as wide as they are high."""
_FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', Arial, sans-serif"

Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """What something covers."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        """Return whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Box:
    """A box by its middle; several labels in it have the same relationships."""

    x: int
    y: int
    labels: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """Return a line for each label."""
        return [f"{name} {LABELS[name].zh}" for name in self.labels]

    @property
    def rectangle(self) -> Rectangle:
        """Return what it covers."""
        width = max(text_width(text, _LABEL) for text in self.texts) + 22
        height = _LINE * len(self.labels) + 14
        return Rectangle(self.x - width / 2, self.y - height / 2, self.x + width / 2, self.y + height / 2)


@dataclass(frozen=True)
class Line:
    """Relationships from one box to another, or to itself: then to the side that `bend` says, +1 right or -1 left.

    `bend` is how far the line swings out, `at` how far along it its names stand.
    """

    start: str
    end: str
    names: tuple[str, ...]
    bend: int = 0
    at: float = 0.5

    @property
    def texts(self) -> list[str]:
        """Return a line of text for each relationship type."""
        return [f"{name} {RELATIONSHIPS[name].zh}" for name in self.names]


@dataclass(frozen=True)
class Panel:
    """A part of the drawing, with boxes by names of their own."""

    zh: str
    en: str
    height: int
    boxes: dict[str, Box]
    lines: tuple[Line, ...]


def _one(name: str, x: int, y: int) -> dict[str, Box]:
    return {name: Box(x, y, (name,))}


PANELS = (
    Panel(
        "应有的链条及其进展",
        "The chain that is expected, and how far it is",
        400,
        {
            **_one("Case", 90, 90),
            **_one("Policy", 340, 90),
            **_one("Measure", 620, 90),
            **_one("BeneficiaryGroup", 930, 90),
            **_one("Report", 90, 215),
            **_one("Stage", 340, 215),
            **_one("Step", 340, 340),
            **_one("Agency", 640, 340),
            **_one("Region", 930, 340),
        },
        (
            Line("Policy", "Case", ("OF",)),
            Line("Report", "Case", ("OF",)),
            Line("Measure", "Policy", ("OF",)),
            Line("Stage", "Policy", ("OF",)),
            Line("Step", "Stage", ("OF",)),
            Line("Stage", "Stage", ("AFTER",), -1),
            Line("Step", "Step", ("AFTER",), -1),
            Line("Stage", "Measure", ("GIVES",)),
            Line("BeneficiaryGroup", "Measure", ("GIVES",)),
            Line("BeneficiaryGroup", "Region", ("IN_REGION",)),
            Line("Step", "Region", ("IN_REGION",), -110),
            Line("Agency", "Region", ("IN_REGION",)),
            Line("Step", "Agency", ("WITHIN",), 30),
            Line("Agency", "Step", ("ASSIGNED",), 30),
            Line("Agency", "Agency", ("PART_OF",), 2),
            Line("Region", "Region", ("PART_OF",), 2),
        ),
    ),
    Panel(
        "资金、发放与供应",
        "Money, deliveries and supply",
        270,
        {
            "payers": Box(150, 90, ("MoneySource", "Agency", "BeneficiaryGroup")),
            "linked": Box(680, 90, ("Agency", "BeneficiaryGroup")),
            "givers": Box(150, 215, ("Agency", "Measure")),
            "takers": Box(680, 215, ("BeneficiaryGroup", "Region", "Case")),
        },
        (
            Line("payers", "payers", ("TRANSFERRED",), 1),
            Line("linked", "linked", ("SUPPLIES",), 1),
            Line("givers", "takers", ("DELIVERED", "OWED")),
        ),
    ),
    Panel(
        "问题与处理",
        "Findings, and what was done about them",
        270,
        {
            "chain": Box(110, 95, ("Policy", "Stage", "Step")),
            **_one("Finding", 420, 95),
            **_one("Action", 840, 95),
            **_one("Region", 110, 225),
            **_one("Report", 420, 225),
            **_one("Agency", 840, 225),
        },
        (
            Line("Finding", "chain", ("ABOUT",)),
            Line("Finding", "Region", ("IN_REGION",)),
            Line("Finding", "Agency", ("FOUND_AT", "MADE_BY"), at=0.45),
            Line("Report", "Agency", ("MADE_BY",)),
            Line("Action", "Finding", ("FOLLOWS",)),
            Line("Action", "Agency", ("TAKEN_BY",), 64),
            Line("Action", "Agency", ("DIRECTED_TO",), -64),
        ),
    ),
    Panel(
        "来源与核查范围",
        "Sources, and what was looked at",
        270,
        {
            "told": Box(110, 105, ("Policy", "Finding", "Action", "Report")),
            **_one("Document", 400, 105),
            **_one("Step", 400, 225),
            "planned": Box(650, 105, ("Policy", "Stage")),
            "places": Box(920, 105, ("Region", "Agency")),
        },
        (
            Line("told", "Document", ("STATED_IN",)),
            Line("Step", "Document", ("EVIDENCED_BY",)),
            Line("planned", "places", ("LOOKED_AT",)),
        ),
    ),
    Panel(
        "文件的规定",
        "Provisions: what the documents fix",
        270,
        {
            **_one("Policy", 110, 105),
            **_one("Provision", 450, 105),
            **_one("Document", 450, 225),
            **_one("Region", 110, 225),
        },
        (
            Line("Provision", "Policy", ("OF",)),
            Line("Provision", "Region", ("IN_REGION",)),
            Line("Provision", "Document", ("STATED_IN",)),
            Line("Provision", "Provision", ("REPLACES", "NARROWER_THAN", "CONTRADICTS"), 1),
        ),
    ),
    Panel(
        "评估与缺口",
        "Evaluations, and the gaps of each",
        270,
        {
            **_one("Case", 90, 100),
            **_one("Evaluation", 330, 100),
            **_one("Gap", 630, 100),
            **_one("Agency", 330, 225),
            **_one("Finding", 630, 225),
            "places": Box(930, 145, ("Step", "Agency", "BeneficiaryGroup", "Finding", "Region", "Case")),
        },
        (
            Line("Evaluation", "Case", ("OF",)),
            Line("Gap", "Evaluation", ("IN",)),
            Line("Gap", "Gap", ("CAUSED_BY",), 2),
            Line("Gap", "places", ("AT",)),
            Line("Gap", "Finding", ("NOTED_IN",)),
            Line("Agency", "Gap", ("RESPONSIBLE_FOR",)),
        ),
    ),
)


def text_width(text: str, size: int) -> float:
    """Return about how wide a text is at a size."""
    return sum(size if ord(one) >= _WIDE else size * 0.62 for one in text)


def name_rectangle(panel: Panel, line: Line) -> Rectangle:
    """Return what the names of a line cover."""
    return _names(panel, line)[1]


def _names(panel: Panel, line: Line) -> tuple[Point, Rectangle]:
    """Return the middle of a line's names, and what they cover."""
    width = max(text_width(text, _NAME) for text in line.texts) + 6
    height = 16 * len(line.texts)
    if line.start == line.end:
        box = panel.boxes[line.start].rectangle
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        x, y = {
            1: (box.right + 40 + width / 2, middle[1]),
            -1: (box.left - 40 - width / 2, middle[1]),
            2: (box.right + 6 + width / 2, box.top - 18),
        }[line.bend]
    else:
        start, control, end = _curve(panel, line)
        t = line.at
        x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in zip(start, control, end, strict=True))
    return (x, y), Rectangle(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _curve(panel: Panel, line: Line) -> tuple[Point, Point, Point]:
    """Return the start, the control point and the end of a line, from border to border."""
    one, other = panel.boxes[line.start], panel.boxes[line.end]
    across, down = other.x - one.x, other.y - one.y
    length = (across**2 + down**2) ** 0.5
    control = (
        (one.x + other.x) / 2 - down / length * line.bend * 2,
        (one.y + other.y) / 2 + across / length * line.bend * 2,
    )
    return _border(one, control, 0), control, _border(other, control, 3)


def _border(box: Box, towards: Point, gap: float) -> Point:
    """Return where the line from a box's middle to a point leaves the box, `gap` further on."""
    across, down = towards[0] - box.x, towards[1] - box.y
    half_width = (box.rectangle.right - box.rectangle.left) / 2 + gap
    half_height = (box.rectangle.bottom - box.rectangle.top) / 2 + gap
    scale = min(half_width / abs(across) if across else 1e9, half_height / abs(down) if down else 1e9)
    return box.x + across * scale, box.y + down * scale


def diagram() -> str:
    """Return the drawing as SVG."""
    height = sum(panel.height for panel in PANELS) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="{_FONT}" role="img">',
        "<title>The graph model of graphkit</title>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#475569"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    top = 5
    for panel in PANELS:
        parts += [f'<g transform="translate(0,{top})">', *_panel(panel), "</g>"]
        top += panel.height
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> list[str]:
    head = html.escape(f"{panel.zh} · {panel.en}")
    parts = [
        f'<rect x="6" y="4" width="{WIDTH - 12}" height="{panel.height - 8}" rx="6" fill="#f8fafc" stroke="#cbd5e1"/>',
        f'<text x="20" y="26" font-size="{_HEAD}" font-weight="bold" fill="#0f172a">{head}</text>',
    ]
    for line in panel.lines:
        path = _loop(panel.boxes[line.start].rectangle, line.bend) if line.start == line.end else _path(panel, line)
        parts.append(f'<path d="{path}" fill="none" stroke="#475569" marker-end="url(#arrow)"/>')
    for line in panel.lines:
        (x, _), covered = _names(panel, line)
        parts.append(
            f'<rect x="{covered.left:.1f}" y="{covered.top:.1f}" width="{covered.right - covered.left:.1f}" '
            f'height="{covered.bottom - covered.top:.1f}" fill="#f8fafc"/>'
        )
        parts += [
            _text(text, x, covered.top + 12 + 16 * index, _NAME, "#334155") for index, text in enumerate(line.texts)
        ]
    for box in panel.boxes.values():
        covered = box.rectangle
        parts.append(
            f'<rect x="{covered.left:.1f}" y="{covered.top:.1f}" width="{covered.right - covered.left:.1f}" '
            f'height="{covered.bottom - covered.top:.1f}" rx="8" fill="#dbeafe" stroke="#1d4ed8"/>'
        )
        parts += [
            _text(text, box.x, covered.top + 21 + _LINE * index, _LABEL, "#0f172a")
            for index, text in enumerate(box.texts)
        ]
    return parts


def _path(panel: Panel, line: Line) -> str:
    start, control, end = _curve(panel, line)
    return f"M{start[0]:.1f},{start[1]:.1f} Q{control[0]:.1f},{control[1]:.1f} {end[0]:.1f},{end[1]:.1f}"


def _loop(box: Rectangle, side: int) -> str:
    """Return a loop at a box's right (1), left (-1) or upper right (2)."""
    if side == 2:
        x, y = box.right - 16, box.top
        return f"M{x - 26:.1f},{y:.1f} C{x - 26:.1f},{y - 30:.1f} {x:.1f},{y - 30:.1f} {x:.1f},{y - 3:.1f}"
    x, y = box.right if side > 0 else box.left, (box.top + box.bottom) / 2
    out = 46 * side
    return f"M{x:.1f},{y - 9:.1f} C{x + out:.1f},{y - 24:.1f} {x + out:.1f},{y + 24:.1f} {x + 3 * side:.1f},{y + 9:.1f}"


def _text(text: str, x: float, y: float, size: int, colour: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="middle" fill="{colour}"'
    return f"<text {place}>{html.escape(text)}</text>"
