"""Re-computes the US overall hospital quality star rating with numpy; compares the official output and Merit's with it.

    hospital_stars.py [--merit PROGRAM] [--campaign DIR] [--data DIR]

The reference data (official inputs and outputs) are read from `--data`, env MERIT_REFERENCE_DATA or ../shared/data.
Where they are absent, the campaign's own invented figures are still scored both ways, and what was left out is named.

The method, as published for releases since 2021: measures reported by 100 hospitals or fewer are dropped; each is
standardised (n − 1) and flipped where lower is better; a group's score is the mean of its measures, standardised over
all hospitals; weights are re-normalised over the groups present. Rated is who has three groups of three measures, one
of them mortality or safety; stars come from k-means inside the peer groups of 3, 4 and 5 such groups.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import folder
from merit import NO_PROGRAM, ROOT, Row, program, score_csv
from report import Report

Floats = NDArray[np.float64]
Rows = list[dict[str, str]]

RELEASES = {"202104": "2021-04", "202207": "2022-07"}
TOLERANCE = 1e-8
STARS = 5
REPORTED_BY_MORE_THAN = 100
ENOUGH_MEASURES = 3
ENOUGH_GROUPS = 3
# In the second run a hospital farther than this from its centre doesn't move it.
STRICT = 1.0


@dataclass(frozen=True)
class Release:
    """The inputs of one release: hospitals × measures, NaN where there is none."""

    hospitals: list[str]
    values: Floats
    higher: NDArray[np.bool_]
    groups: list[str]
    weights: dict[str, float]
    needed: set[str]


@dataclass(frozen=True)
class Rating:
    """What is re-computed for each hospital; a star of 0 is none."""

    scores: Floats
    stars: NDArray[np.int64]


def standardised(values: Floats) -> Floats:
    """Each column to mean 0 and standard deviation 1 (n − 1), over those present."""
    centred: Floats = values - np.nanmean(values, axis=0)
    return centred / np.nanstd(values, axis=0, ddof=1)


def rate(release: Release) -> Rating:
    """The whole method."""
    kept = (~np.isnan(release.values)).sum(axis=0) > REPORTED_BY_MORE_THAN
    signs = np.where(release.higher[kept], 1.0, -1.0)
    measures = standardised(release.values[:, kept]) * signs
    member_of = np.array(release.groups)[kept]
    names = list(release.weights)
    parts = [measures[:, member_of == name] for name in names]
    counts = np.column_stack([(~np.isnan(part)).sum(axis=1) for part in parts])
    sums = np.column_stack([np.nansum(part, axis=1) for part in parts])
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    scores = weighted_mean(standardised(means), np.array([release.weights[name] for name in names]))
    needed = np.array([name in release.needed for name in names])
    return Rating(scores, stars_of(scores, counts >= ENOUGH_MEASURES, needed))


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """The mean over the columns present, with weights re-normalised; NaN where there is none."""
    present = ~np.isnan(values)
    held = (weights * present).sum(axis=1)
    return np.where(held > 0, np.nansum(values * weights, axis=1) / np.where(held > 0, held, 1.0), np.nan)


def stars_of(scores: Floats, enough: NDArray[np.bool_], needed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """One to five stars inside each peer group; none for who isn't rated."""
    groups = enough.sum(axis=1)
    rated = (groups >= ENOUGH_GROUPS) & enough[:, needed].any(axis=1)
    stars = np.zeros(len(scores), dtype=np.int64)
    for peers in np.unique(groups[rated]):
        members = rated & (groups == peers)
        stars[members] = clusters(scores[members])
    return stars


def clusters(scores: Floats) -> NDArray[np.int64]:
    """K-means in one dimension, from the quintiles' medians; then again with far points left out of the updates."""
    centres = converged(scores, quintile_medians(scores), np.inf)
    centres = converged(scores, centres, STRICT)
    return nearest(scores, centres) + 1


def quintile_medians(scores: Floats) -> Floats:
    """The medians of the fifths, whose edges are type-1 quantiles."""
    ordered = np.sort(scores)
    edges = [ordered[int(np.ceil(len(ordered) * k / STARS)) - 1] for k in range(1, STARS)]
    fifth = np.searchsorted(edges, ordered, side="left")
    return np.array([np.median(ordered[fifth == k]) for k in range(STARS)])


def nearest(scores: Floats, centres: Floats) -> NDArray[np.int64]:
    """Which centre is nearest."""
    distances: Floats = np.abs(scores[:, None] - centres)
    return distances.argmin(axis=1)


def converged(scores: Floats, centres: Floats, strict: float) -> Floats:
    """Moves the centres to their members' means until they rest."""
    for _ in range(10_000):
        own = nearest(scores, centres)
        near = np.abs(scores - centres[own]) <= strict
        members = [scores[(own == k) & near] for k in range(len(centres))]
        moved = np.array([m.mean() if len(m) else centre for m, centre in zip(members, centres, strict=True)])
        if np.array_equal(moved, centres):
            return centres
        centres = moved
    raise RuntimeError("k-means doesn't come to rest")


# The official data


def read_rows(path: Path) -> Rows:
    """A CSV file's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    """A cell; NaN where it is empty."""
    return float(text) if text else np.nan


def official_release(data: Path, version: str) -> Release:
    """A release as published: its inputs, measures and group weights."""
    inputs = read_rows(data / f"input_v{version}.csv")
    measures = read_rows(data / f"measures_v{version}.csv")
    groups = read_rows(data / "groups.csv")
    return Release(
        hospitals=[row["PROVIDER_ID"] for row in inputs],
        values=np.array([[number(row[m["measure_id"]]) for m in measures] for row in inputs]),
        higher=np.array([float(m["flip_sign"]) > 0 for m in measures]),
        groups=[m["group_name"] for m in measures],
        weights={g["group_name"]: float(g["weight"]) for g in groups},
        needed={g["group_name"] for g in groups if g["mortsafe_flag"] == "1"},
    )


def against_official(release: Release, rating: Rating, official: Rows) -> list[str]:
    """Hospitals whose official score or star differs."""
    return mismatches(
        release, rating, {row["PROVIDER_ID"]: (number(row["summary_score"]), int(row["star"] or 0)) for row in official}
    )


def against_merit(release: Release, rating: Rating, rows: list[Row]) -> list[str]:
    """Hospitals whose score or star by Merit differs."""
    return mismatches(release, rating, {row["unit"]: (number(row["score"]), star(row["band"])) for row in rows})


def star(band: str) -> int:
    """The number of stars in a band's id, such as `5` or `star-5`; no band is no star."""
    found = re.search(r"[1-5]", band)
    return int(found.group()) if found else 0


def mismatches(release: Release, rating: Rating, theirs: dict[str, tuple[float, int]]) -> list[str]:
    """What differs, in words; both sides must have the same hospitals."""
    found = [f"{name}: not among our hospitals" for name in sorted(theirs.keys() - set(release.hospitals))]
    for name, score, stars in zip(release.hospitals, rating.scores, rating.stars, strict=True):
        if name not in theirs:
            # Who reported nothing at all may be left out.
            found += [] if np.isnan(score) else [f"{name}: no row"]
            continue
        their_score, their_stars = theirs[name]
        both_none = np.isnan(score) and np.isnan(their_score)
        if not (both_none or abs(score - their_score) <= TOLERANCE):
            found.append(f"{name}: score is {their_score}, re-computed {score:.12f}")
        if stars != their_stars:
            found.append(f"{name}: star is {their_stars or 'none'}, re-computed {stars or 'none'}")
    return found


# The campaign's own figures


def own_releases(directory: Path) -> Iterator[tuple[str, Release]]:
    """The campaign's shipped figures, period by period, with the measures that its schemes name."""
    read = folder.read(directory)
    for period in read.periods():
        schemes = [s for c in read.file["category"] if (s := read.in_force(c["id"], period))]
        units = sorted({unit for when, unit, _ in read.cells if when == period})
        for scheme in schemes:
            yield period, own_release(read, scheme, period, units)


def own_release(read: folder.Campaign, scheme: folder.Table, period: str, units: list[str]) -> Release:
    """One period's inputs, by a scheme's own indicators and weights."""
    items = scheme["indicator"]

    def cell(unit: str, measure: str) -> float:
        figure = read.figure(period, unit, measure)
        return np.nan if isinstance(figure, folder.Absent) else float(figure)

    return Release(
        hospitals=units,
        values=np.array([[cell(unit, item["measure"]) for item in items] for unit in units]),
        higher=np.array([item.get("direction", "higher") == "higher" for item in items]),
        groups=[item["group"] for item in items],
        weights={group["id"]: float(group.get("weight", 1)) for group in scheme["group"]},
        needed=set(scheme["rated"]["one_of"]),
    )


# The checks


def check(report: Report, directory: Path, merit: list[str] | None, data: Path) -> None:
    """Every comparison that can be made; the others are named."""
    for version, period in RELEASES.items():
        if (data / f"input_v{version}.csv").exists():
            check_official(report, directory, merit, data, version)
        else:
            report.left_out(f"hospital-stars: release {period} against the official output", f"no {data}")
    check_own(report, directory, merit)


def check_official(report: Report, directory: Path, merit: list[str] | None, data: Path, version: str) -> None:
    """One release: ourselves against the official output, then Merit against us."""
    period = RELEASES[version]
    release = official_release(data, version)
    rating = rate(release)
    official = read_rows(data / f"expected_sas_output_v{version}.csv")
    name = f"hospital-stars {period}: {len(release.hospitals)} hospitals"
    report.check(f"{name}, re-computation equals the official output", against_official(release, rating, official))
    if merit is None or not directory.exists():
        report.left_out(f"{name}, Merit", NO_PROGRAM if directory.exists() else f"no {directory}")
        return
    table = str(data / f"input_v{version}.csv")
    rows = score_csv(merit, directory, "--measures", table, "--unit-column", "PROVIDER_ID", "--period", period)
    report.check(f"{name}, Merit equals the re-computation", against_merit(release, rating, rows))


def check_own(report: Report, directory: Path, merit: list[str] | None) -> None:
    """Merit against us on the figures that the campaign ships."""
    name = "hospital-stars: the campaign's own figures"
    if merit is None or not (directory / "figures").exists():
        reason = NO_PROGRAM if merit is None else f"no {directory / 'figures'}"
        report.left_out(f"{name}, Merit", reason)
        return
    for period, release in own_releases(directory):
        rows = score_csv(merit, directory, "--period", period)
        report.check(f"{name}, {period}, Merit equals the re-computation", against_merit(release, rate(release), rows))


def data_directory() -> Path:
    """Where the reference data are, or would be."""
    return Path(os.environ.get("MERIT_REFERENCE_DATA", ROOT.parent / "shared/data")) / "hospital-stars"


def main() -> None:
    """All checks of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merit")
    parser.add_argument("--campaign", type=Path, default=ROOT / "campaigns/hospital-stars")
    parser.add_argument("--data", type=Path, default=data_directory())
    options = parser.parse_args()
    report = Report()
    check(report, options.campaign, program(options.merit), options.data)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
