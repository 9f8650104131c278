"""Runs every side of the speed comparison in turn on the same files, and prints the ratios. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import job as jobs

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench"
OURS = "merit"
PEERS = ["polars", "polars-streaming", "pandas"]
AGREE = 0.005
# Enough repetitions inside a process that a small job isn't timed cold: cells that one process works through.
WARM_CELLS = 2e7


@dataclass
class Runs:
    """What one side's processes reported."""

    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    checksums: set[str] = field(default_factory=set)

    def best(self) -> float:
        """The fastest repetition."""
        return min(self.seconds)

    def median(self) -> float:
        """The middle repetition."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, object]:
        """For the file of results."""
        return {"seconds": self.seconds, "max_rss_bytes": self.peak, "checksums": sorted(self.checksums)}


@dataclass(frozen=True)
class Setting:
    """One file, the sides that run on it, and how."""

    file: Path
    sides: list[str]
    rounds: int
    repeat: int
    one_core: bool = False


def command(side: str, setting: Setting) -> list[str]:
    """How a side is started."""
    program = [os.environ.get("BENCH_SCORE", str(ROOT / "target/release/bench-score"))]
    if side != OURS:
        program = [sys.executable, str(ROOT / "bench/score.py"), side]
    return [*program, str(setting.file), "--repeat", str(setting.repeat), "--scores", str(scores_file(side))]


def scores_file(side: str) -> Path:
    """Where a side leaves its scores."""
    return WORK / f"scores-{side}.bin"


def run_once(side: str, setting: Setting, runs: Runs) -> None:
    """Runs a side in a process of its own; its peak memory is what the kernel tells the parent."""
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryFile() as printed:
        # A process inherits the cores of its parent.
        os.sched_setaffinity(0, {min(cores)} if setting.one_core else cores)
        process = subprocess.Popen(command(side, setting), stdout=printed)
        os.sched_setaffinity(0, cores)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{side} failed on {setting.file}")
        printed.seek(0)
        report = json.load(printed)
    seconds = report["seconds"]
    runs.seconds += seconds if isinstance(seconds, list) else [seconds]
    runs.peak = max(runs.peak, usage.ru_maxrss * 1024)
    if report["checksum"] is not None:
        runs.checksums.add(str(report["checksum"]))


def measure(setting: Setting) -> dict[str, Runs]:
    """Runs the sides in turn, so that a slow minute of the machine hits all of them."""
    measured = {side: Runs() for side in setting.sides}
    for _ in range(setting.rounds):
        for side in setting.sides:
            run_once(side, setting, measured[side])
    return measured


def disagreements(measured: dict[str, Runs]) -> list[str]:
    """Which sides' scores differ from the first side's, and by how much."""
    sides = [side for side in measured if side != "sum"]
    first = np.fromfile(scores_file(sides[0]), dtype="<f8")
    found = []
    for side in sides[1:]:
        apart = float(np.abs(np.fromfile(scores_file(side), dtype="<f8") - first).max())
        if not apart <= AGREE:
            found.append(f"{side} and {sides[0]} differ by up to {apart}")
    sums = {side: measured[side].checksums for side in sides}
    if not found and len(set().union(*sums.values())) > 1:
        found.append(f"scores agree to {AGREE}, but checksums (scores and ranks) differ: {sums}")
    return found


def table(measured: dict[str, Runs], cells: float, reference: str) -> str:
    """A table of the sides; the ratio says how many times as long as the reference each takes."""
    lines = [f"{'side':<18}{'best s':>10}{'median s':>10}{'ns/cell':>9}{'peak MB':>9}{'× input':>9}{'ratio':>8}"]
    for side, runs in measured.items():
        lines.append(
            f"{side:<18}{runs.best():>10.4f}{runs.median():>10.4f}{runs.best() / cells * 1e9:>9.2f}"
            f"{runs.peak / 1e6:>9.0f}{runs.peak / (cells * 8):>9.2f}{runs.best() / measured[reference].best():>8.2f}"
        )
    return "\n".join(lines)


def prepared(kind: str, rows: int) -> Path:
    """The file of a job, made when it isn't there yet."""
    path = WORK / f"{kind}-{rows}.bin"
    if not path.exists():
        print(f"making {path.relative_to(ROOT)} …", file=sys.stderr, flush=True)
        jobs.write(path, kind, rows)
    return path


def compare(kind: str, rows: int, sides: list[str], one_core: bool, rounds: int) -> tuple[dict[str, Runs], list[str]]:
    """Runs one comparison and prints its table."""
    setting = Setting(prepared(kind, rows), sides, rounds, repeat=2, one_core=one_core)
    measured = measure(setting)
    print(f"\n{kind} job: {rows:,} units × 40 indicators, {'one core' if one_core else 'all cores'}")
    print(table(measured, rows * 40.0, sides[0]))
    found = disagreements(measured)
    print("\n".join(found) if found else f"all sides agree: scores to {AGREE}, checksums equal")
    return measured, found


def growth(sides: list[str], largest: int, rounds: int) -> dict[str, dict[str, Runs]]:
    """Times 10⁴ … 10⁷ cells: a cost that grows linearly has the same ns/cell throughout."""
    side = sides[0]
    print(f"\ngrowth of {side}, mixed job\n{'cells':>12}{'best s':>12}{'ns/cell':>10}")
    grown = {}
    for cells in (10**4, 10**5, 10**6, 10**7):
        if cells > largest:
            break
        repeat = max(2, int(WARM_CELLS / cells / 10))
        measured = measure(Setting(prepared("mixed", cells // 40), [side], rounds, repeat))
        grown[str(cells)] = measured
        best = measured[side].best()
        print(f"{cells:>12,}{best:>12.6f}{best / cells * 1e9:>10.2f}")
    return grown


def main() -> None:
    """The whole comparison."""
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows, once")
    parser.add_argument("--peers-only", action="store_true", help="without our side, before it is built")
    options = parser.parse_args()
    rows, rounds = (10_000, 1) if options.quick else (1_000_000, 5)
    ours = [] if options.peers_only else [OURS]

    mixed, wrong = compare("mixed", rows, [*ours, *PEERS], False, rounds)
    value, also = compare("value", rows, [*ours, "polars", "sum"], True, rounds)
    grown = growth([*ours, *PEERS], rows * 10, rounds)
    results = {"mixed": mixed, "value, one core": value, **{f"growth {c}": m for c, m in grown.items()}}
    dumped = {name: {side: runs.as_json() for side, runs in m.items()} for name, m in results.items()}
    (WORK / "results.json").write_text(json.dumps(dumped, indent=1) + "\n")
    sys.exit(1 if wrong + also else 0)


if __name__ == "__main__":
    main()
