"""Reads a campaign folder: the files as they stand, and the schemes complete (what they extend merged in).

Decimal numbers are read as exact fractions, so that nothing here depends on binary rounding.
"""

from __future__ import annotations

import copy
import csv
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from formula import Formula

Table = dict[str, Any]

ITEMS = ("group", "indicator", "bonus", "deduction", "veto")
SCORED = ("indicator", "bonus", "deduction")
NOT_INHERITED = {"id", "name", "about", "category", "extends", "from", "status", "lock", "free_points"}
# Keys that steer the merge itself and have no meaning afterwards.
MERGE_ONLY = {"remove", "change", *ITEMS, "defaults"}
LONG_COLUMNS = {"period", "unit", "measure", "value"}


class Absent(Enum):
    """Why there is no figure."""

    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"


Cell = Fraction | Absent


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation."""

    id: str
    category: str
    attributes: dict[str, str]


@dataclass
class Campaign:
    """A campaign folder, read."""

    file: Table
    measures: dict[str, Table]
    schemes: dict[str, Table]
    units: list[Unit]
    cells: dict[tuple[str, str, str], Cell] = field(default_factory=dict)
    counts: dict[tuple[str, str, str], Cell] = field(default_factory=dict)

    def periods(self) -> list[str]:
        """The periods that have figures, in order. Periods of one kind sort as text."""
        return sorted({period for period, _, _ in self.cells})

    def in_force(self, category: str, period: str) -> Table | None:
        """The newest binding scheme of a category that holds in a period."""
        able = [s for s in self.schemes.values() if s.get("category") == category and s.get("status") != "trial"]
        holding = [s for s in able if "from" not in s or starts(s["from"]) <= starts(period)]
        return max(holding, key=lambda s: starts(s["from"]) if "from" in s else (0, 0), default=None)

    def figure(self, period: str, unit: str, measure: str) -> Cell:
        """A figure as handed in, or computed by the measure's formula."""
        filled_by = self.measures[measure].get("filled_by")
        if isinstance(filled_by, dict) and "formula" in filled_by:
            return self._computed(period, unit, filled_by["formula"])
        return self.cells.get((period, unit, measure), Absent.MISSING)

    def _computed(self, period: str, unit: str, text: str) -> Cell:
        formula = Formula(text)
        operands = {name: self.figure(period, unit, name) for name in formula.names}
        for absent in (Absent.MISSING, Absent.NOT_APPLICABLE):
            if absent in operands.values():
                return absent
        numbers = {name: float(x) for name, x in operands.items() if isinstance(x, Fraction)}
        value = float(formula.value(lambda name: numbers[name]))
        # A rate of nothing due (0 ÷ 0) is no figure that somebody failed to give: it doesn't apply.
        return from_float(value) if math.isfinite(value) else Absent.NOT_APPLICABLE

    def cases(self, period: str, unit: str, measure: str) -> Cell:
        """On how many cases a figure rests."""
        given = self.counts.get((period, unit, measure), Absent.MISSING)
        if given is Absent.MISSING and "count" in self.measures[measure]:
            return self.figure(period, unit, self.measures[measure]["count"])
        return given


def from_float(value: float) -> Fraction:
    """The shortest decimal that is this double, exactly."""
    return Fraction(repr(float(value)))


def starts(period: str) -> tuple[int, int]:
    """The year and the zero-based month in which a period starts."""
    year, _, part = period.partition("-")
    if not part:
        return int(year), 0
    length = {"H": 6, "Q": 3}.get(part[0], 1)
    return int(year), (int(part.lstrip("HQ")) - 1) * length


def previous(period: str) -> str:
    """The period just before."""
    year, _, part = period.partition("-")
    if not part:
        return f"{int(year) - 1:04}"
    letter = part[0] if part[0] in "HQ" else ""
    number = int(part.lstrip("HQ")) - 1
    if number == 0:
        year, number = f"{int(year) - 1:04}", {"H": 2, "Q": 4}.get(letter, 12)
    return f"{year}-{letter}{number}" if letter else f"{year}-{number:02}"


def read(folder: Path) -> Campaign:
    """Reads the whole folder with its figures."""
    file = toml(folder / "campaign.toml")
    files = [folder / "measures.toml", *sorted((folder / "measures").glob("*.toml"))]
    measures = {m["id"]: m for path in files if path.exists() for m in toml(path).get("measure", [])}
    written = {s["id"]: s for s in map(toml, sorted((folder / "schemes").glob("*.toml")))}
    schemes = {name: complete(name, written) for name in written}
    campaign = Campaign(file, measures, schemes, organisation(folder, file))
    for path in sorted((folder / "figures").glob("*.csv")):
        read_figures(path, campaign)
    return campaign


def toml(path: Path) -> Table:
    """A TOML file with exact decimals."""
    return tomllib.loads(path.read_text("utf-8-sig"), parse_float=Fraction)


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def organisation(folder: Path, file: Table) -> list[Unit]:
    """The units of `organisation.csv`, sorted by id."""
    attributes = [a["id"] for a in file.get("attribute", [])]
    path = folder / "organisation.csv"
    listed = rows(path) if path.exists() else []
    units = [Unit(r.get("id") or r["unit"], r["category"], {a: r[a] for a in attributes if r.get(a)}) for r in listed]
    return sorted(units, key=lambda unit: unit.id)


def read_figures(path: Path, campaign: Campaign) -> None:
    """Adds a table of figures, long or wide."""
    words = campaign.file.get("figures", {})
    missing = {"", *words.get("missing", ["NA", "缺"])}
    not_applicable = set(words.get("not_applicable", ["n/a", "不适用"]))

    def cell(text: str) -> Cell:
        if text in not_applicable:
            return Absent.NOT_APPLICABLE
        return Absent.MISSING if text in missing else Fraction(text)

    for row in rows(path):
        for measure, value, n in figures_of(row, campaign):
            key = row["period"], row["unit"], measure
            campaign.cells[key] = cell(value)
            if n:
                campaign.counts[key] = cell(n)


def figures_of(row: dict[str, str], campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    """The measures in a row, each with its value and n: one in a long table, many in a wide one."""
    if row.keys() >= LONG_COLUMNS:
        yield row["measure"], row["value"].strip(), (row.get("n") or "").strip()
        return
    for name, value in row.items():
        if name in campaign.measures:
            yield name, (value or "").strip(), ""


def complete(name: str, written: dict[str, Table]) -> Table:
    """A scheme with all it inherits: inherit, remove, change, add; then fill in what the defaults say.

    The upper's items keep the upper's defaults: a lower file's defaults can't change what it inherits.
    """
    own = written[name]
    upper = complete(own["extends"], written) if "extends" in own else {}
    merged = {key: copy.deepcopy(value) for key, value in upper.items() if key not in NOT_INHERITED}
    merged |= {key: value for key, value in own.items() if key not in MERGE_ONLY}
    merged["defaults"] = upper.get("defaults", {}) | own.get("defaults", {})
    for kind in ITEMS:
        added = [filled(kind, item, merged["defaults"]) for item in own.get(kind, [])]
        merged[kind] = kept(merged.get(kind, []), set(own.get("remove", []))) + added
    drop_orphans(merged, set(own.get("remove", [])))
    for change in own.get("change", []):
        change_item(merged, change)
    return merged


def kept(items: list[Table], removed: set[str]) -> list[Table]:
    """The items that aren't removed."""
    return [item for item in items if item["id"] not in removed]


def drop_orphans(scheme: Table, removed: set[str]) -> None:
    """Removes the members of removed groups, and theirs."""
    while removed:
        orphans = {i["id"] for kind in ("group", "indicator") for i in scheme[kind] if i.get("group") in removed}
        for kind in ("group", "indicator"):
            scheme[kind] = kept(scheme[kind], orphans)
        removed = orphans


def filled(kind: str, item: Table, defaults: Table) -> Table:
    """An item with the defaults of what it doesn't say."""
    if kind == "group":
        return {key: defaults[key] for key in ("aggregate",) if key in defaults} | item
    if kind in SCORED:
        return {key: value for key, value in defaults.items() if key != "aggregate"} | item
    return dict(item)


def change_item(scheme: Table, change: Table) -> None:
    """Replaces the keys that a change names."""
    for kind in ITEMS:
        for item in scheme[kind]:
            if item["id"] == change["id"]:
                item.update(change)
                return
    raise ValueError(f"change: no item {change['id']!r}")
