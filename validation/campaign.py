"""Scores a campaign anew from its folder alone: an interpreter of the campaign language, written apart from Merit.

Points are exact fractions from the figure to the score. What isn't covered (preparation steps, k-means) is refused by
name rather than guessed; `hospital_stars.py` re-computes those.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import bands
from bands import Standing
from folder import Absent, Campaign, Cell, Table, Unit, from_float, previous
from rules import EDGE, ONE, ZERO, Asked, Class, apply, named, rounded

Values = dict[str, Fraction | None]


class Withheld(Exception):
    """The unit isn't scored this period."""


@dataclass(frozen=True)
class Result:
    """A unit's score, and its standing where it is ranked."""

    period: str
    category: str
    unit: str
    score: Fraction | None
    standing: Standing | None


@dataclass
class Run:
    """One scheme applied to its class in one period."""

    campaign: Campaign
    scheme: Table
    period: str
    units: list[Unit]
    withheld: set[str] = field(default_factory=set)
    # Points or values of each indicator and group, for tie-breaks and groups.
    values: dict[str, Values] = field(default_factory=dict)
    # Which units have a figure for each indicator.
    measured: dict[str, set[str]] = field(default_factory=dict)

    def scores(self) -> Values:
        """The score of each unit; none where it isn't scored."""
        refuse_unsupported(self.scheme)
        root = self.combine(self.scheme, self.members(None))
        added = self.extras("bonus")
        taken = self.extras("deduction")
        return {u.id: self.final(u.id, root[u.id], added[u.id] - taken[u.id]) for u in self.units}

    def final(self, unit: str, root: Fraction | None, extra: Fraction) -> Fraction | None:
        """The score from the top level's value: extras, bounds, rounding, vetoes."""
        if root is None or unit in self.withheld:
            return None
        caps = self.scheme.get("caps", {})
        score = max(root + extra, Fraction(caps["score_min"])) if "score_min" in caps else root + extra
        score = min(score, Fraction(caps.get("score_max", score)))
        rounding = self.scheme.get("rounding", {})
        score = rounded(score, rounding.get("score"), rounding.get("mode", "half-up"))
        limits = (Fraction(v["effect"]["score_at_most"]) for v in self.vetoes(unit) if "score_at_most" in v["effect"])
        return min([score, *limits])

    def vetoes(self, unit: str) -> Iterable[Table]:
        """The vetoes that hold: the figure is given and reaches the mark."""
        for veto in self.scheme["veto"]:
            figure = self.campaign.figure(self.period, unit, veto["measure"])
            if isinstance(figure, Fraction) and figure >= veto.get("at_least", 1):
                yield veto

    # Groups

    def members(self, group: str | None) -> list[tuple[Table, Values]]:
        """The items directly in a group (or at the top), with their values."""
        found = []
        for item in self.scheme["indicator"]:
            if item.get("group") == group:
                found.append((item, self.indicator(item)))
        for item in self.scheme["group"]:
            if item.get("group") == group:
                found.append((item, self.group(item)))
        return found

    def group(self, group: Table) -> Values:
        """A group's values, its own rule and its policy applied."""
        values = self.combine(group, self.members(group["id"]))
        given = {unit: value for unit, value in values.items() if value is not None}
        if "rule" in group:
            members = Class(tuple(given.values()), higher=True)
            given = {u: apply(group["rule"], Asked(v, None, True, members)) for u, v in given.items()}
        policy = group.get("missing", "drop")
        absent = {unit: policy for unit in values if unit not in given}
        self.values[group["id"]] = {**given, **self.fallbacks(absent, given, self.full(group))}
        return self.values[group["id"]]

    def combine(self, group: Table, members: list[tuple[Table, Values]]) -> Values:
        """One value for each unit from the members' values, in a group or (the scheme itself) at the top."""
        aggregate = group.get("aggregate", self.scheme["defaults"].get("aggregate", "sum"))
        least = max(group.get("at_least", 1), 1)
        combined: Values = {}
        for unit in self.units:
            present = [(item, v) for item, values in members if (v := values[unit.id]) is not None]
            if len(present) < least:
                combined[unit.id] = None
            elif aggregate == "sum":
                combined[unit.id] = self.scaled_sum(present, [item for item, _ in members])
            else:
                combined[unit.id] = mean(aggregate, [(Fraction(i.get("weight", 1)), v) for i, v in present])
        return combined

    def scaled_sum(self, present: list[tuple[Table, Fraction]], members: list[Table]) -> Fraction | None:
        """The sum; where members are dropped, scaled up to the group's full points and rounded once more."""
        total = sum((value for _, value in present), ZERO)
        if len(present) == len(members):
            return total
        full = sum((self.full(item) for item in members), ZERO)
        held = sum((self.full(item) for item, _ in present), ZERO)
        return self.round_points(total * full / held) if held else None

    def full(self, item: Table) -> Fraction:
        """The most an item can have: its own points, or for a group that adds up, its members'."""
        if "measure" in item:
            return Fraction(item.get("points", 0))
        inside = [i for kind in ("indicator", "group") for i in self.scheme[kind] if i.get("group") == item["id"]]
        return sum((self.full(i) for i in inside), ZERO)

    # Indicators

    def extras(self, kind: str) -> dict[str, Fraction]:
        """The bonuses (or deductions) of each unit, capped."""
        totals = {unit.id: ZERO for unit in self.units}
        for item in self.scheme[kind]:
            for unit, value in self.indicator(item, deduction=kind == "deduction").items():
                totals[unit] += value or ZERO
        cap = self.scheme.get("caps", {}).get(kind)
        return totals if cap is None else {unit: min(total, Fraction(cap)) for unit, total in totals.items()}

    def indicator(self, item: Table, deduction: bool = False) -> Values:
        """An indicator's points for each unit; none where it is dropped."""
        figures = {unit.id: self.figure_of(unit.id, item) for unit in self.units}
        scored = {unit: self.subject(unit, cell, item) for unit, cell in figures.items()}
        given = {unit: cell for unit, cell in scored.items() if isinstance(cell, Fraction)}
        self.measured[item["id"]] = set(given)
        own = {unit: x for unit, x in figures.items() if isinstance(x, Fraction) and unit in given}
        points = self.points(item, given, own, deduction)
        policies = {
            unit: item.get("missing" if cell is Absent.MISSING else "not_applicable", "drop")
            for unit, cell in scored.items()
            if unit not in given
        }
        self.values[item["id"]] = {**points, **self.fallbacks(policies, points, Fraction(item.get("points", 1)))}
        return self.values[item["id"]]

    def points(
        self, item: Table, given: dict[str, Fraction], own: dict[str, Fraction], deduction: bool
    ) -> dict[str, Fraction]:
        """The rounded points of the units that have a figure."""
        higher = item.get("direction", "higher") == "higher"
        full = Fraction(item["points"]) if "points" in item else None
        members, figures = Class(tuple(given.values()), higher), Class(tuple(own.values()), higher)
        points = {}
        for unit, x in given.items():
            if relieved(item, Asked(own[unit], full, higher, figures)):
                value = ZERO if deduction else Fraction(item["points"])
            else:
                value = apply(item["rule"], Asked(x, full, higher, members))
            points[unit] = self.round_points(value)
        return points

    def round_points(self, value: Fraction) -> Fraction:
        """Rounds as the scheme declares for points."""
        rounding = self.scheme.get("rounding", {})
        return rounded(value, rounding.get("points"), rounding.get("mode", "half-up"))

    def figure_of(self, unit: str, item: Table) -> Cell:
        """The figure to score: too few cases are no figure, and the previous period may stand in."""
        cell = self.campaign.figure(self.period, unit, item["measure"])
        if isinstance(cell, Fraction) and "min_n" in item:
            cases = self.campaign.cases(self.period, unit, item["measure"])
            if not isinstance(cases, Fraction) or cases < item["min_n"]:
                cell = Absent.MISSING
        if isinstance(cell, Fraction):
            return cell
        policy = item.get("missing" if cell is Absent.MISSING else "not_applicable")
        before = self.campaign.figure(previous(self.period), unit, item["measure"]) if policy == "previous" else cell
        return before if isinstance(before, Fraction) else cell

    def subject(self, unit: str, cell: Cell, item: Table) -> Cell:
        """What the rule looks at: the figure, or the progress it shows."""
        name, parameters = named(item["rule"])
        if name != "progress" or not isinstance(cell, Fraction):
            return cell
        if "base" in parameters:
            base = self.campaign.figure(self.period, unit, parameters["base"])
        else:
            base = self.campaign.figure(previous(self.period), unit, item["measure"])
        higher = item.get("direction", "higher") == "higher"
        return progress(cell, base, parameters, higher) if isinstance(base, Fraction) else base

    def fallbacks(self, policies: dict[str, str], given: dict[str, Fraction], full: Fraction) -> Values:
        """The values of those without a figure, by the policy for each; without a class mean they are dropped."""
        average = self.round_points(sum(given.values(), ZERO) / len(given)) if given else None
        means = {"class-mean": average, "previous": average}
        chosen: Values = {**means, "drop": None, "zero": ZERO, "full": full, "withhold": None}
        self.withheld |= {unit for unit, policy in policies.items() if policy == "withhold"}
        return {unit: chosen[policy] for unit, policy in policies.items()}


def refuse_unsupported(scheme: Table) -> None:
    """Names what this interpreter doesn't cover, instead of passing it over."""
    if scheme.get("prepare"):
        raise NotImplementedError(f"scheme {scheme['id']!r}: 'prepare' is not part of this re-computation")


def relieved(item: Table, asked: Asked) -> bool:
    """Whether the figure is so much better than the class mean that nothing is taken off."""
    if "relief" not in item:
        return False
    mean_of_class = asked.members.mean
    over = Fraction(item["relief"]["over_mean"])
    return asked.better_by(mean_of_class) >= over - EDGE * max(ONE, abs(mean_of_class))


def progress(now: Fraction, base: Fraction, parameters: Table, higher: bool) -> Cell:
    """Progress from a base; better is positive."""
    change = now - base if higher else base - now
    match parameters["as"]:
        case "difference":
            return change
        case "ratio":
            return change / abs(base) if base else Absent.NOT_APPLICABLE
    target = Fraction(parameters["target"])
    gap = target - base if higher else base - target
    met = now >= target if higher else now <= target
    if gap <= 0 and met:
        return ONE
    return change / abs(gap) if gap else ZERO


def mean(aggregate: str | Table, weighted: list[tuple[Fraction, Fraction]]) -> Fraction | None:
    """A weighted mean over the members present."""
    weight = sum((w for w, _ in weighted), ZERO)
    if not weight:
        return None
    if aggregate == "mean":
        return sum((w * v for w, v in weighted), ZERO) / weight
    powers = aggregate if isinstance(aggregate, dict) else {"power": {"geometric": 0, "harmonic": -1}.get(aggregate)}
    power = powers.get("power")
    if power is None:
        raise NotImplementedError(f"aggregate {aggregate!r}: not part of this re-computation")
    return power_mean(float(power), [(float(w / weight), float(v)) for w, v in weighted if w])


def power_mean(power: float, weighted: list[tuple[float, float]]) -> Fraction:
    """The weighted power mean; of power zero, the geometric. Up to there a value of nothing makes the mean nothing."""
    if power <= 0 and any(value <= 0 for _, value in weighted):
        return ZERO
    if power == 0:
        return from_float(math.exp(math.fsum(w * math.log(v) for w, v in weighted)))
    return from_float(math.fsum(w * v**power for w, v in weighted) ** (1 / power))


def score(campaign: Campaign) -> list[Result]:
    """Every unit of every category in every period: in order of period, category, unit."""
    results: list[Result] = []
    before: dict[str, Standing] = {}
    for period in campaign.periods():
        now: dict[str, Standing] = {}
        for category in campaign.file["category"]:
            run_results = score_class(campaign, category["id"], period, before)
            results += run_results
            now |= {r.unit: r.standing for r in run_results if r.standing}
        before = now
    return results


def score_class(campaign: Campaign, category: str, period: str, before: dict[str, Standing]) -> list[Result]:
    """One category in one period."""
    scheme = campaign.in_force(category, period)
    units = [unit for unit in campaign.units if unit.category == category]
    if scheme is None or not units:
        return []
    run = Run(campaign, scheme, period, units)
    scores = run.scores()
    standings = bands.standings(run, {unit: s for unit, s in scores.items() if s is not None}, before)
    return [Result(period, category, unit.id, scores[unit.id], standings.get(unit.id)) for unit in units]
