"""The job in polars, as its documentation advises: one lazy query of expressions, run on all threads."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from job import EDGE, HALF, Indicator, Job, Result, Work


def query(job: Job) -> pl.LazyFrame:
    """The whole job as one query: the score in hundredths, and its rank where asked for."""
    columns = {i.id: pl.Series(c, nan_to_null=True) for i, c in zip(job.indicators, job.columns(), strict=True)}
    total = pl.sum_horizontal(map(hundredths, job.indicators)).alias("score")
    scored = pl.DataFrame(columns).lazy().select(total)
    return scored.with_columns(pl.col("score").rank("min", descending=True).alias("rank")) if job.rank else scored


def work(job: Job, engine: Literal["in-memory", "streaming"]) -> Work:
    """What is timed, on one of polars' engines."""
    plan = query(job)

    def run() -> Result:
        frame = plan.collect(engine=engine)
        return frame["score"].to_numpy(), frame["rank"].to_numpy() if job.rank else None

    return run


def hundredths(indicator: Indicator) -> pl.Expr:
    """Points in hundredths, with the class mean where the figure is missing."""
    rounded = (points(indicator) * 100 + HALF).floor()
    return rounded.fill_null((rounded.mean() + HALF).floor())


def points(indicator: Indicator) -> pl.Expr:
    """Points before rounding; null where the figure is missing."""
    x, p, full, higher = pl.col(indicator.id), indicator.parameters(), indicator.points, indicator.higher_is_better()
    match indicator.kind():
        case "linear":
            return ((x - p["zero"]) / (p["full"] - p["zero"])).clip(0.0, 1.0) * full
        case "steps":
            return step_points(x, indicator)
        case "threshold":
            short = (p["pass"] - x if higher else x - p["pass"]).clip(lower_bound=0.0)
            return (full - short / p["per"] * p["lose"]).clip(lower_bound=0.0)
        case "deduct":
            lost = ((x - p["free"]).clip(lower_bound=0.0) * p["per_case"]).clip(upper_bound=p["at_most"])
            return (full - lost).clip(lower_bound=0.0)
        case "earn":
            return (x * p["per_case"]).clip(upper_bound=min(p["at_most"], full))
        case "rank_share":
            return share_points(x, indicator)
        case "ratio-to-best":
            return (x / x.max() if higher else x.min() / x) * full
    raise SystemExit(f"{indicator.id}: no such rule: {indicator.kind()}")


def step_points(x: pl.Expr, indicator: Indicator) -> pl.Expr:
    """The points of the best step reached."""
    chain: Any = pl.when(x.is_null()).then(None)
    for step in indicator.parameters()["step"]:
        reached = x >= step["at"] if indicator.higher_is_better() else x <= step["at"]
        chain = chain.when(reached).then(step["points"])
    return chain.otherwise(indicator.parameters()["below"])


def share_points(x: pl.Expr, indicator: Indicator) -> pl.Expr:
    """The points of the share of the ranks the unit is in."""
    rank = x.rank("min", descending=indicator.higher_is_better())
    chain: Any = pl.when(x.is_null()).then(None)
    percent = 0.0
    for share in indicator.parameters()["share"]:
        percent += share["percent"]
        chain = chain.when(rank <= x.count() * (percent / 100) + EDGE).then(share["points"])
    return chain.otherwise(indicator.parameters()["rest"])
