"""Who is ranked, in which order, and in which band."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from folder import Absent, Table, Unit
from formula import Formula
from rules import EDGE, HALF

if TYPE_CHECKING:
    from campaign import Run

Key = tuple[Fraction, ...]


@dataclass(frozen=True)
class Standing:
    """A ranked unit's place."""

    score: Fraction
    rank: int
    of: int
    band: str | None = None


def standings(run: Run, scores: dict[str, Fraction], before: dict[str, Standing]) -> dict[str, Standing]:
    """Ranks and bands of the units that are rated."""
    rated = {unit: score for unit, score in scores.items() if is_rated(run, unit)}
    keys = {unit: sort_key(run, unit, score) for unit, score in rated.items()}
    ranked = {u: Standing(rated[u], place, len(rated)) for u, place in places(keys).items()}
    return banded(run, ranked, before)


def places(keys: dict[str, Key]) -> dict[str, int]:
    """Competition ranks (1, 2, 2, 4) of keys that are greater for the better."""
    first: dict[Key, int] = {}
    for place, key in enumerate(sorted(keys.values(), reverse=True), start=1):
        first.setdefault(key, place)
    return {unit: first[key] for unit, key in keys.items()}


def sort_key(run: Run, unit: str, score: Fraction) -> Key:
    """The score, then what breaks ties; who has no figure comes last."""
    key = [score]
    for tie_break in run.scheme.get("tie_break", []):
        ((kind, name),) = tie_break.items()
        value = run.values[name][unit] if kind == "points" else run.campaign.figure(run.period, unit, name)
        if isinstance(value, Fraction):
            key += [Fraction(1), -value if kind == "lower" else value]
        else:
            key += [Fraction(0), Fraction(0)]
    return tuple(key)


def enough(run: Run, unit: str) -> set[str]:
    """The groups that hold enough measured indicators."""
    least = run.scheme.get("rated", {}).get("each_with", 1)
    counts: dict[str, int] = defaultdict(int)
    for item in run.scheme["indicator"]:
        if "group" in item:
            counts[item["group"]] += unit in run.measured[item["id"]]
    return {group for group, count in counts.items() if count >= least}


def is_rated(run: Run, unit: str) -> bool:
    """Whether a unit takes part in ranks and bands."""
    rated = run.scheme.get("rated")
    if rated is None:
        return True
    groups, items = enough(run, unit), run.scheme["indicator"]
    measured = sum(unit in run.measured[item["id"]] for item in items)
    return (
        len(groups) >= rated.get("groups", 0)
        and (not rated.get("one_of") or bool(groups & set(rated["one_of"])))
        and measured * 100 >= rated.get("at_least_percent", 0) * len(items)
    )


def banded(run: Run, ranked: dict[str, Standing], before: dict[str, Standing]) -> dict[str, Standing]:
    """Gives the bands, inside the category or each peer group."""
    banding = run.scheme.get("banding", {})
    if "k_means" in banding:
        raise NotImplementedError(f"scheme {run.scheme['id']!r}: 'k_means' is not part of this re-computation")
    placed = dict(ranked)
    for group in peer_groups(run, list(ranked)) if banding.get("within") == "peers" else [list(ranked)]:
        left = list(group)
        for position, band in enumerate(run.scheme.get("band", [])):
            able = [unit for unit in left if may_have(run, unit, position, ranked[unit], before.get(unit))]
            for unit in seated(band, able, ranked, len(group), banding):
                placed[unit] = replace(ranked[unit], band=band["id"])
                left.remove(unit)
    return placed


def peer_groups(run: Run, ranked: list[str]) -> list[list[str]]:
    """The ranked units by peer group."""
    peers, units = run.scheme["peers"], {unit.id: unit for unit in run.units}
    groups: dict[object, list[str]] = defaultdict(list)
    for unit in ranked:
        groups[peer_of(run, units[unit], peers)].append(unit)
    return list(groups.values())


def peer_of(run: Run, unit: Unit, peers: str | Table) -> object:
    """Which peer group a unit is in."""
    if isinstance(peers, dict):
        return unit.attributes.get(peers["attribute"])
    return len(enough(run, unit.id))


def may_have(run: Run, unit: str, position: int, standing: Standing, before: Standing | None) -> bool:
    """Whether a unit may have the band at this position, seats aside."""
    all_bands = run.scheme["band"]
    barred = {veto["effect"]["bars"] for veto in run.vetoes(unit) if "bars" in veto["effect"]}
    if any(band["id"] in barred for band in all_bands[position:]):
        return False
    band = all_bands[position]
    if standing.score < band.get("at_least", standing.score):
        return False
    return "when" not in band or holds(run, unit, band["when"], standing, before)


def holds(run: Run, unit: str, text: str, standing: Standing, before: Standing | None) -> bool:
    """Whether a band's condition is true; a figure it lacks makes it false."""
    known: dict[str, float] = {"score": float(standing.score), "rank": standing.rank, "of": standing.of}
    if before:
        known |= {"previous_score": float(before.score), "previous_rank": before.rank}
    formula = Formula(text)
    for name in formula.names - known.keys():
        figure = run.campaign.figure(run.period, unit, name) if name in run.campaign.measures else Absent.MISSING
        if not isinstance(figure, Fraction):
            return False
        known[name] = float(figure)
    return bool(formula.value(known.__getitem__))


def seats(band: Table, of: int, rounding: str) -> int | None:
    """How many a band may hold; none where it has no quota."""
    limits = [band["seats"]] if "seats" in band else []
    if "percent" in band:
        share = Fraction(band["percent"]) * of / 100
        by_rule = {"down": share + EDGE, "half-up": share + HALF + EDGE, "up": Fraction(math.ceil(share - EDGE))}
        limits.append(math.floor(by_rule[rounding]))
    return min(limits, default=None)


def seated(band: Table, able: list[str], ranked: dict[str, Standing], of: int, banding: Table) -> list[str]:
    """Those who get into a band: by rank, while there are seats; the tied stay together."""
    limit = seats(band, of, banding.get("quota_rounding", "down"))
    if limit is None:
        return able
    tied: dict[int, list[str]] = defaultdict(list)
    for unit in able:
        tied[ranked[unit].rank].append(unit)
    chosen: list[str] = []
    for _, together in sorted(tied.items()):
        fits = len(chosen) + len(together) <= limit
        if fits or (banding.get("quota_ties") == "in" and len(chosen) < limit):
            chosen += together
        if not fits:
            break
    return chosen
