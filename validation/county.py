"""Compares `merit score campaigns/county` with scores, ranks and bands re-computed by the interpreter in `campaign.py`.

    county.py [--merit PROGRAM] [--csv FILE] [--campaign DIR] [--print]

Without `--csv` it runs Merit (env MERIT, else target/release/merit, else target/debug/merit).
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import campaign
import folder
from campaign import Result
from merit import COLUMNS, NO_PROGRAM, ROOT, Key, Row, keyed, parse, program, score_csv
from report import Report

# Where a scheme declares no rounding, scores are binary numbers on one side only.
UNROUNDED = Fraction(1, 10**9)


def expected(result: Result) -> Row:
    """A re-computed result as a row of Merit's CSV."""
    standing = result.standing
    score = "" if result.score is None else decimal(result.score)
    place = (str(standing.rank), str(standing.of), standing.band or "") if standing else ("", "", "")
    return dict(zip(COLUMNS, (result.period, result.category, result.unit, score, *place), strict=True))


def decimal(value: Fraction) -> str:
    """An exact decimal; a fraction without end is shown to 28 digits."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def same_score(ours: str, theirs: str, exact: bool) -> bool:
    """Whether two scores are equal: to the last digit where rounding is declared."""
    if not ours or not theirs:
        return ours == theirs
    apart = abs(Fraction(ours) - Fraction(theirs))
    return apart == 0 if exact else apart <= UNROUNDED


def differences(ours: dict[Key, Row], theirs: dict[Key, Row], exact: set[str]) -> list[str]:
    """Each unit whose row differs, in words; both sides must name the same units."""
    found = [f"{' '.join(key)}: Merit has no row" for key in ours.keys() - theirs.keys()]
    found += [f"{' '.join(key)}: only Merit has this row" for key in theirs.keys() - ours.keys()]
    for key in ours.keys() & theirs.keys():
        own, other = ours[key], theirs[key]
        wrong = [c for c in ("rank", "rank_of", "band") if own[c] != other[c]]
        if not same_score(own["score"], other["score"], exact=key[1] in exact):
            wrong.insert(0, "score")
        found += [f"{' '.join(key)}: {c} is {other[c] or 'empty'}, re-computed {own[c] or 'empty'}" for c in wrong]
    return sorted(found)


def is_rounded(campaign_read: folder.Campaign, result: Result) -> bool:
    """Whether a category's scores are decimals by declaration."""
    scheme = campaign_read.in_force(result.category, result.period) or {}
    rounding = scheme.get("rounding", {})
    return "points" in rounding or "score" in rounding


def merits_rows(merit: list[str], directory: Path, periods: list[str]) -> dict[Key, Row]:
    """Merit's rows of every period: one run for all, and one more for each period that run left out."""
    found = keyed(score_csv(merit, directory))
    seen = {period for period, _, _ in found}
    for period in periods:
        if period not in seen:
            found |= keyed(score_csv(merit, directory, "--period", period))
    return found


def write(rows: list[Row]) -> str:
    """The rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def check(report: Report, directory: Path, merit: list[str] | None, csv_file: Path | None) -> None:
    """Re-computes the campaign and compares."""
    read = folder.read(directory)
    results = campaign.score(read)
    ours = keyed([expected(result) for result in results])
    name = directory.name
    report.check(f"{name}: {len(ours)} results re-computed", [] if ours else [f"{directory}: no figures"])
    if csv_file:
        theirs = keyed(parse(csv_file.read_text("utf-8")))
    elif merit:
        theirs = merits_rows(merit, directory, read.periods())
    else:
        report.left_out(f"{name}: comparison with Merit", NO_PROGRAM)
        return
    exact = {r.category for r in results if is_rounded(read, r)}
    report.check(f"{name}: every score, rank and band equals Merit's", differences(ours, theirs, exact))


def main() -> None:
    """Compares, or prints what was re-computed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merit")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--campaign", type=Path, default=ROOT / "campaigns/county")
    parser.add_argument("--print", action="store_true", dest="printed")
    options = parser.parse_args()
    if options.printed:
        read = folder.read(options.campaign)
        print(write([expected(r) for r in campaign.score(read)]), end="")
        return
    report = Report()
    check(report, options.campaign, program(options.merit), options.csv)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
