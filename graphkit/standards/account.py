"""The account of an import: what was read is used, kept as attributes, or rejected, and nothing else happens to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rich.cells import cell_len

from graphkit.model.chinese import said


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing that could not be used: file, line (or row), what it is, its value, and why."""

    file: str
    line: int | None
    what: str
    value: str
    reason: str

    def text(self, lang: str = "en") -> str:
        """Return the reject as one line for a person, in English (en) or Chinese (zh)."""
        what = said(self.what, lang) + (f" {self.value!r}" if self.value else "")
        if lang == "zh":
            where = self.file + (f"，第 {self.line} 行" if self.line is not None else "")
            return f"{where}：{what}：{said(self.reason, lang)}"
        where = self.file + (f", line {self.line}" if self.line is not None else "")
        return f"{where}: {what}: {self.reason}"


@dataclass(slots=True)
class Tally:
    """One kind of thing: how many were read, used (by what they became), kept as attributes and rejected (by why)."""

    read: int = 0
    used: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        """Whether all that was read is accounted for, once."""
        return self.read == self.used.total() + self.kept.total() + self.rejected.total()


class Account:
    """Counts by kind of thing, in the order in which the kinds were first met, and the rejects."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.rejects: list[Reject] = []

    def read(self, what: str, count: int = 1) -> None:
        """Count things that the input holds."""
        self._tally(what).read += count

    def use(self, what: str, became: str, count: int = 1) -> None:
        """Count things that became rows or definitions of the case."""
        if count:
            self._tally(what).used[became] += count

    def keep(self, what: str, why: str, count: int = 1) -> None:
        """Count things that are kept as attributes only."""
        if count:
            self._tally(what).kept[why] += count

    def reject(self, what: str, file: str, line: int | None, value: str, reason: str) -> None:
        """Count a thing that could not be used, and remember where it stands."""
        self._tally(what).rejected[reason] += 1
        self.rejects.append(Reject(file, line, what, value, reason))

    @property
    def balanced(self) -> bool:
        """Whether everything that was read is accounted for."""
        return all(tally.balanced for tally in self.tallies.values())

    def as_json(self) -> dict[str, dict[str, object]]:
        """Return the account as plain data: for each kind read, used, kept and rejected, with what became of them."""
        return {
            what: {
                "read": tally.read,
                "used": tally.used.total(),
                "kept": tally.kept.total(),
                "rejected": tally.rejected.total(),
                "used_as": dict(sorted(tally.used.items())),
                "kept_because": dict(sorted(tally.kept.items())),
                "rejected_because": dict(sorted(tally.rejected.items())),
            }
            for what, tally in self.tallies.items()
        }

    def lines(self, lang: str = "en") -> list[str]:
        """Return the account as lines for a person: one for each kind that the input holds, with what became of it."""
        heads = ("读取", "采用", "保留", "未采用") if lang == "zh" else ("read", "used", "kept", "rejected")
        rows: list[tuple[str, tuple[str, ...], str]] = [("", heads, "")]
        for what, tally in self.tallies.items():
            if not tally.read:
                continue
            counts = (tally.read, tally.used.total(), tally.kept.total(), tally.rejected.total())
            became = [f"{count} {said(name, lang)}" for name, count in sorted(tally.used.items())]
            became += [f"{count} {heads[2]}: {said(why, lang)}" for why, count in sorted(tally.kept.items())]
            became += [f"{count} {heads[3]}: {said(why, lang)}" for why, count in sorted(tally.rejected.items())]
            rows.append((said(what, lang), tuple(map(str, counts)), "; ".join(became)))
        widest = max(cell_len(label) for label, _, _ in rows)
        lines = []
        for label, cells, told in rows:
            numbers = " ".join(" " * (8 - cell_len(one)) + one for one in cells)
            lines.append(f"{label}{' ' * (widest - cell_len(label))}  {numbers}  {told}".rstrip())
        return lines

    def _tally(self, what: str) -> Tally:
        return self.tallies.setdefault(what, Tally())
