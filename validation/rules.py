"""The rules: how a figure becomes points, in exact fractions. Better follows the indicator's direction."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from folder import Table, from_float
from formula import Formula

# Against a quotient that misses a whole number only by the rounding of its decimals.
EDGE = Fraction(1, 10**9)
# What is so near (in units of the last place) to a half counts as a half.
TIE = Fraction(1, 10**6)
HALF = Fraction(1, 2)
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Class:
    """The figures of the units compared."""

    figures: tuple[Fraction, ...]
    higher: bool

    @cached_property
    def ordered(self) -> list[Fraction]:
        """Better first, as numbers that grow."""
        return sorted(-x if self.higher else x for x in self.figures)

    def rank(self, x: Fraction) -> int:
        """Competition rank, best 1: one more than there are better ones."""
        return 1 + bisect.bisect_left(self.ordered, -x if self.higher else x)

    @cached_property
    def best(self) -> Fraction:
        """The best figure."""
        return max(self.figures) if self.higher else min(self.figures)

    @cached_property
    def worst(self) -> Fraction:
        """The worst figure."""
        return min(self.figures) if self.higher else max(self.figures)

    @cached_property
    def mean(self) -> Fraction:
        """The arithmetic mean."""
        return sum(self.figures, ZERO) / len(self.figures)

    @cached_property
    def deviation(self) -> float:
        """The standard deviation (n − 1)."""
        squares = sum(((x - self.mean) ** 2 for x in self.figures), ZERO)
        return math.sqrt(squares / (len(self.figures) - 1)) if len(self.figures) > 1 else 0.0


@dataclass(frozen=True)
class Asked:
    """All that a rule may look at."""

    x: Fraction
    points: Fraction | None
    higher: bool
    members: Class

    @property
    def full(self) -> Fraction:
        """The points; one where there are none, as in a mean."""
        return ONE if self.points is None else self.points

    def better_by(self, mark: Fraction) -> Fraction:
        """How much better than `mark` the figure is; negative where it is worse."""
        return self.x - mark if self.higher else mark - self.x


Rule = Callable[[Asked, Any], Fraction]


def between(x: Fraction, zero: Fraction, full: Fraction) -> Fraction:
    """The share of the way from `zero` to `full`, held at both ends."""
    return min(max((x - zero) / (full - zero), ZERO), ONE)


def linear(a: Asked, p: Table) -> Fraction:
    """Also `quoted`, whose `zero` may be left out."""
    return between(a.x, Fraction(p.get("zero", 0)), Fraction(p["full"])) * a.full


def steps(a: Asked, p: Table) -> Fraction:
    """The first step reached."""
    reached = (s["points"] for s in p["step"] if a.better_by(s["at"]) >= 0)
    return Fraction(next(reached, p.get("below", 0)))


def threshold(a: Asked, p: Table) -> Fraction:
    """All at `pass`, less for each `per` short of it."""
    parts = max(-a.better_by(p["pass"]), ZERO) / p["per"]
    match p.get("counting", "exact"):
        case "started":
            parts = Fraction(math.ceil(parts - EDGE))
        case "whole":
            parts = Fraction(math.floor(parts + EDGE))
    return a.full - p["lose"] * parts


def deduct(a: Asked, p: Table) -> Fraction:
    """So much off a case beyond the free ones."""
    lost = max(a.x - p.get("free", 0), ZERO) * p["per_case"]
    return a.full - min(lost, Fraction(p.get("at_most", lost)))


def earn(a: Asked, p: Table) -> Fraction:
    """So much a case, up to the cap."""
    earned = a.x * p["per_case"]
    return min(earned, Fraction(p.get("at_most", earned)))


def strikes(a: Asked, p: Table) -> Fraction:
    """Nothing left at so many."""
    return ZERO if a.x >= p["zero_at"] else a.full - p.get("lose", 0) * a.x


def rank_table(a: Asked, p: Table) -> Fraction:
    """By competition rank; the tied all get their shared rank's points."""
    rank = a.members.rank(a.x)
    return Fraction(p["points"][rank - 1] if rank <= len(p["points"]) else p.get("rest", 0))


def rank_share(a: Asked, p: Table) -> Fraction:
    """By the cumulative share of the ranks; a part of a seat is no seat."""
    rank, percent = a.members.rank(a.x), ZERO
    for share in p["share"]:
        percent += share["percent"]
        if rank <= math.floor(percent * len(a.members.figures) / 100 + EDGE):
            return Fraction(share["points"])
    return Fraction(p.get("rest", 0))


def ratio(a: Asked, mark: Fraction) -> Fraction:
    """x ÷ mark, or mark ÷ x where lower is better."""
    if a.higher:
        return a.x / mark * a.full
    return mark / a.x * a.full if a.x > 0 else a.full


def ratio_to_best(a: Asked, _: None) -> Fraction:
    """The ratio to the best; with a best of nothing only the best has all."""
    if a.higher and a.members.best <= 0:
        return a.full if a.x == a.members.best else ZERO
    return ratio(a, a.members.best)


def min_max(a: Asked, p: Table) -> Fraction:
    """From `low` for the worst to `high` for the best."""
    low, high = Fraction(p.get("low", 0)), Fraction(p.get("high", a.full))
    worst, best = a.members.worst, a.members.best
    return high if worst == best else low + (a.x - worst) / (best - worst) * (high - low)


def percentile(a: Asked, p: Table) -> Fraction:
    """(Ascending rank − 1) ÷ (n − 1); the tied share the lower rank; all equal are all best."""
    low, high = Fraction(p.get("low", 0)), Fraction(p.get("high", a.full))
    worse = len(a.members.figures) - bisect.bisect_right(a.members.ordered, -a.x if a.higher else a.x)
    others = len(a.members.figures) - 1
    if a.members.worst == a.members.best:
        return high
    return low + Fraction(worse, others) * (high - low)


def goalposts(a: Asked, p: Table) -> Fraction:
    """Between fixed ends, on a linear or a log scale."""
    x, zero, full = a.x, Fraction(p["zero"]), Fraction(p["full"])
    if p.get("scale") == "log":
        held = min(max(x, min(zero, full)), max(zero, full))
        x, zero, full = (from_float(math.log(v)) for v in (held, zero, full))
    return between(x, zero, full) * a.full


def z_score(a: Asked, p: Table) -> Fraction:
    """The z-score, moved to a mean and a standard deviation; better is more."""
    deviation = a.members.deviation
    z = float(a.better_by(a.members.mean)) / deviation if deviation else 0.0
    moved = from_float(p.get("mean", 0) + float(p.get("sd", 1)) * z)
    return min(max(moved, Fraction(p.get("low", moved))), Fraction(p.get("high", moved)))


def formula(a: Asked, text: str) -> Fraction:
    """A formula over the own value."""
    return from_float(Formula(text).value(lambda name: float({"x": a.x}[name])))


RULES: dict[str, Rule] = {
    "linear": linear,
    "quoted": linear,
    # Its figure is the progress, worked out before (see `campaign.progress`).
    "progress": linear,
    "steps": steps,
    "threshold": threshold,
    "deduct": deduct,
    "earn": earn,
    "strikes": strikes,
    "rank_table": rank_table,
    "rank_share": rank_share,
    "ratio-to-best": ratio_to_best,
    "ratio_to_target": lambda a, p: ratio(a, Fraction(p["target"])),
    "min_max": min_max,
    "percentile": percentile,
    "goalposts": goalposts,
    "z_score": z_score,
    "as-is": lambda a, _: a.x,
    "formula": formula,
}


def named(rule: Table | str) -> tuple[str, Any]:
    """A rule's name and its parameters."""
    return (rule, None) if isinstance(rule, str) else next(iter(rule.items()))


def apply(rule: Table | str, asked: Asked) -> Fraction:
    """The points by a rule, held between none and all where there are points."""
    name, parameters = named(rule)
    if name not in RULES:
        raise NotImplementedError(f"rule {name!r}: not part of this re-computation")
    value = RULES[name](asked, parameters)
    return value if asked.points is None else min(max(value, ZERO), asked.points)


def rounded(value: Fraction, decimals: int | None, mode: str) -> Fraction:
    """Rounds as declared; nothing is declared: as it is."""
    if decimals is None:
        return value
    scaled = abs(value) * 10**decimals
    whole = math.floor(scaled)
    part = scaled - whole
    up = {
        "half-up": part >= HALF - TIE,
        "half-even": whole % 2 == 1 if abs(part - HALF) <= TIE else part > HALF,
        "down": part >= 1 - TIE,
        "up": part > TIE,
    }[mode]
    return Fraction(whole + up, 10**decimals) * (-1 if value < 0 else 1)
