"""The job in pandas, column by column as its users write it, with numpy where pandas has no word for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from job import EDGE, HALF, Indicator, Job, Result, Work


def work(job: Job) -> Work:
    """What is timed."""
    columns = {i.id: c for i, c in zip(job.indicators, job.columns(), strict=True)}
    frame = pd.DataFrame(columns, copy=False)

    def run() -> Result:
        score = pd.Series(np.zeros(job.rows))
        for indicator in job.indicators:
            score += hundredths(frame[indicator.id], indicator)
        rank = score.rank(method="min", ascending=False).to_numpy() if job.rank else None
        return score.to_numpy(), rank

    return run


def hundredths(x: pd.Series, indicator: Indicator) -> pd.Series:
    """Points in hundredths, with the class mean where the figure is missing."""
    rounded = np.floor(points(x, indicator) * 100 + HALF)
    return rounded.fillna(np.floor(rounded.mean() + HALF))


def points(x: pd.Series, indicator: Indicator) -> pd.Series:
    """Points before rounding; NaN where the figure is missing."""
    p, full, higher = indicator.parameters(), indicator.points, indicator.higher_is_better()
    match indicator.kind():
        case "linear":
            return ((x - p["zero"]) / (p["full"] - p["zero"])).clip(0.0, 1.0) * full
        case "steps":
            return step_points(x, indicator)
        case "threshold":
            short = (p["pass"] - x if higher else x - p["pass"]).clip(lower=0.0)
            return (full - short / p["per"] * p["lose"]).clip(lower=0.0)
        case "deduct":
            lost = ((x - p["free"]).clip(lower=0.0) * p["per_case"]).clip(upper=p["at_most"])
            return (full - lost).clip(lower=0.0)
        case "earn":
            return (x * p["per_case"]).clip(upper=min(p["at_most"], full))
        case "rank_share":
            return share_points(x, indicator)
        case "ratio-to-best":
            return (x / x.max() if higher else x.min() / x) * full
    raise SystemExit(f"{indicator.id}: no such rule: {indicator.kind()}")


def step_points(x: pd.Series, indicator: Indicator) -> pd.Series:
    """The points of the best step reached."""
    p = indicator.parameters()
    reached = [x >= step["at"] if indicator.higher_is_better() else x <= step["at"] for step in p["step"]]
    chosen = np.select(reached, [step["points"] for step in p["step"]], p["below"])
    return pd.Series(chosen, index=x.index).where(x.notna())


def share_points(x: pd.Series, indicator: Indicator) -> pd.Series:
    """The points of the share of the ranks the unit is in."""
    p = indicator.parameters()
    rank = x.rank(method="min", ascending=not indicator.higher_is_better())
    edges = np.cumsum([share["percent"] for share in p["share"]]) / 100 * x.count() + EDGE
    chosen = np.select([rank <= edge for edge in edges], [share["points"] for share in p["share"]], p["rest"])
    return pd.Series(chosen, index=x.index).where(x.notna())
