"""The speed comparison's job and its file: made from a seed, written, read. The format is documented in README.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Rule = dict[str, Any] | str
# Scores in hundredths, and ranks where the job asks for them.
Result = tuple[Column, Column | None]
Work = Callable[[], Result]

FORMAT = "merit-bench-1"
SEED = 20260101
POINTS = 2.5
ALIGNMENT = 4096
MISSING_SHARE = 0.02
# What is within a millionth of the last place of a half counts as a half.
HALF = 0.5 + 1e-6
# Against the rounding error of a share of the ranks.
EDGE = 1e-9
MISSING = np.frombuffer(np.uint64(0x7FF8000000000001).tobytes(), dtype="<f8")[0]


@dataclass(frozen=True)
class Indicator:
    """One column's rule."""

    id: str
    points: float
    direction: str
    rule: Rule

    def kind(self) -> str:
        """The rule's name."""
        return self.rule if isinstance(self.rule, str) else next(iter(self.rule))

    def higher_is_better(self) -> bool:
        """Its direction."""
        return self.direction == "higher"

    def parameters(self) -> dict[str, Any]:
        """The rule's parameters; none for a rule that is only a name."""
        return {} if isinstance(self.rule, str) else self.rule[self.kind()]


@dataclass(frozen=True)
class Job:
    """A file's header, and where its columns start."""

    path: Path
    rows: int
    rank: bool
    indicators: list[Indicator]
    offset: int

    def columns(self) -> Iterator[Column]:
        """The columns, each read into memory of its own."""
        for index in range(len(self.indicators)):
            at = self.offset + index * self.rows * 8
            yield np.fromfile(self.path, dtype="<f8", count=self.rows, offset=at)


def read(path: Path) -> Job:
    """Reads a file's header."""
    with path.open("rb") as file:
        line = file.readline()
    header = json.loads(line)
    if header["format"] != FORMAT:
        raise SystemExit(f"{path}: not in the format {FORMAT}")
    indicators = [
        Indicator(item["id"], item["points"], item["direction"], item["rule"]) for item in header["indicators"]
    ]
    return Job(path, header["rows"], header["rank"], indicators, len(line))


Draw = Callable[[np.random.Generator, int], Column]


@dataclass(frozen=True)
class Recipe:
    """A rule, and figures such as it meets in real appraisals."""

    rule: Rule
    draw: Draw
    direction: str = "higher"


def rates(mean: float) -> Draw:
    """Rates between 0 and 1 around `mean`, such as resolved cases."""
    return lambda rng, rows: rng.beta(20 * mean, 20 * (1 - mean), rows)


def cases(mean: float) -> Draw:
    """Counts of cases: whole numbers with many ties."""
    return lambda rng, rows: rng.poisson(mean, rows).astype(np.float64)


def amounts(middle: float) -> Draw:
    """Positive amounts with a long tail, such as minutes or money."""
    return lambda rng, rows: rng.lognormal(np.log(middle), 0.4, rows)


def three_decimals(draw: Draw) -> Draw:
    """The same, as a table would print it: ties, but not as many as in counts."""
    return lambda rng, rows: np.round(draw(rng, rows), 3)


def linear_recipes(count: int) -> list[Recipe]:
    """`linear`: two thirds upwards over a rate, one third downwards over an amount."""
    up = [Recipe({"linear": {"zero": 0.5 + i / 100, "full": 0.95}}, rates(0.8)) for i in range(count)]
    down = [Recipe({"linear": {"zero": 40.0 + i, "full": 10.0}}, amounts(20.0), "lower") for i in range(count)]
    return [down[i] if i % 3 == 2 else up[i] for i in range(count)]


def steps_recipes(count: int) -> list[Recipe]:
    """`steps`: four steps, upwards over a rate and downwards over an amount in turn."""

    def steps(ats: list[float]) -> Rule:
        points = [2.5, 2.0, 1.2, 0.6]
        return {"steps": {"step": [{"at": a, "points": p} for a, p in zip(ats, points, strict=True)], "below": 0.0}}

    up = Recipe(steps([0.95, 0.85, 0.75, 0.6]), rates(0.8))
    down = Recipe(steps([10.0, 15.0, 22.0, 35.0]), amounts(20.0), "lower")
    return [(up, down)[i % 2] for i in range(count)]


def threshold_recipes(count: int) -> list[Recipe]:
    """`threshold`: a pass mark, and so much off for each percentage point (or minute) short of it."""
    up = Recipe({"threshold": {"pass": 0.9, "lose": 0.1, "per": 0.01}}, rates(0.85))
    down = Recipe({"threshold": {"pass": 18.0, "lose": 0.2, "per": 1.0}}, amounts(20.0), "lower")
    return [(up, down)[i % 2] for i in range(count)]


def value_recipes(counts: tuple[int, int, int]) -> list[Recipe]:
    """So many of each rule that looks at one value only."""
    linear, steps, threshold = counts
    return linear_recipes(linear) + steps_recipes(steps) + threshold_recipes(threshold)


def mixed_recipes() -> list[Recipe]:
    """The forty indicators of the job."""
    deduct = Recipe({"deduct": {"per_case": 0.5, "free": 1.0, "at_most": 2.0}}, cases(2.0), "lower")
    earn = Recipe({"earn": {"per_case": 0.3, "at_most": 2.4}}, cases(5.0))
    shares = {"share": [{"percent": 30.0, "points": 2.5}, {"percent": 20.0, "points": 1.8}], "rest": 1.0}
    ranked = [rates(0.8), cases(50.0), three_decimals(rates(0.9))]
    ratios = [(rates(0.8), "higher"), (amounts(20.0), "higher"), (amounts(20.0), "lower")]
    return [
        *value_recipes((12, 7, 7)),
        *[deduct] * 4,
        *[earn] * 4,
        *[Recipe({"rank_share": shares}, draw) for draw in ranked],
        *[Recipe("ratio-to-best", draw, direction) for draw, direction in ratios],
    ]


RECIPES = {"mixed": mixed_recipes, "value": lambda: value_recipes((14, 13, 13))}


def header(recipes: list[Recipe], rows: int, rank: bool) -> bytes:
    """The first line, padded so that the columns start on a page."""
    indicators = [
        {"id": f"c{i:02}", "points": POINTS, "direction": r.direction, "missing": "class-mean", "rule": r.rule}
        for i, r in enumerate(recipes)
    ]
    described = {
        "format": FORMAT, "rows": rows, "columns": len(recipes), "seed": SEED, "rank": rank, "decimals": 2,
        "indicators": indicators,
    }
    line = json.dumps(described).encode()
    return line + b" " * (-(len(line) + 1) % ALIGNMENT) + b"\n"


def write(path: Path, kind: str, rows: int) -> None:
    """Makes the file of a job: the same bytes each time."""
    recipes = RECIPES[kind]()
    mixed = kind == "mixed"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        file.write(header(recipes, rows, rank=mixed))
        for index, recipe in enumerate(recipes):
            rng = np.random.default_rng([SEED, index])
            column = recipe.draw(rng, rows)
            if mixed:
                column[rng.random(rows) < MISSING_SHARE] = MISSING
            column.astype("<f8").tofile(file)
    partial.rename(path)
