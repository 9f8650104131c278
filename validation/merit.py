"""Runs the program under test and reads the CSV it writes."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ["period", "category", "unit", "score", "rank", "rank_of", "band"]
BUILT = [ROOT / "target/release/merit", ROOT / "target/debug/merit"]
NO_PROGRAM = "no merit program; build it or set MERIT"

Row = dict[str, str]
Key = tuple[str, str, str]


def program(named: str | None) -> list[str] | None:
    """The program to run: as named, by env MERIT, or the newest one built here; none where there is none."""
    named = named or os.environ.get("MERIT")
    if named:
        if shutil.which(named) is None:
            raise SystemExit(f"{named}: not a program that can be run")
        return [named]
    newest = max((path for path in BUILT if path.exists()), key=lambda path: path.stat().st_mtime, default=None)
    return [str(newest)] if newest else None


def score_csv(merit: list[str], directory: Path, *options: str) -> list[Row]:
    """What `merit score DIR … --format csv` writes."""
    command = [*merit, "score", str(directory), *options, "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed ({done.returncode}): {done.stderr.strip()}")
    return parse(done.stdout)


def parse(text: str) -> list[Row]:
    """The rows of a CSV in Merit's columns."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if reader.fieldnames != COLUMNS:
        raise RuntimeError(f"columns are {reader.fieldnames}, expected {COLUMNS}")
    return list(reader)


def keyed(rows: list[Row]) -> dict[Key, Row]:
    """Rows by period, category and unit; each must stand once."""
    found = {(row["period"], row["category"], row["unit"]): row for row in rows}
    if len(found) != len(rows):
        raise RuntimeError("a unit stands twice in one period")
    return found
