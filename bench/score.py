"""One of the peers' sides of the speed comparison: prints what README.md says under "A side".

    score.py SIDE FILE [--repeat K] [--scores OUT]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import job as jobs
from job import Job, Result, Work


def polars(job: Job) -> Work:
    """polars on its in-memory engine."""
    import polars_side

    return polars_side.work(job, "in-memory")


def polars_streaming(job: Job) -> Work:
    """polars on its streaming engine."""
    import polars_side

    return polars_side.work(job, "streaming")


def pandas(job: Job) -> Work:
    """pandas with numpy."""
    import pandas_side

    return pandas_side.work(job)


def streaming_sum(job: Job) -> Work:
    """The plain sum of each column in numpy: how fast the memory lets anybody read them. Its result is no score."""
    columns = list(job.columns())
    return lambda: (np.array([column.sum() for column in columns]), None)


# Imported only by the side that needs it, so that no side's memory holds another's library.
SIDES: dict[str, Callable[[Job], Work]] = {
    "polars": polars,
    "polars-streaming": polars_streaming,
    "pandas": pandas,
    "sum": streaming_sum,
}


def checksum(result: Result) -> str:
    """Σ score in hundredths × rank, modulo 2⁶⁴."""
    score, rank = result
    hundredths = score.astype(np.uint64)
    places = np.ones_like(hundredths) if rank is None else rank.astype(np.uint64)
    return str(int((hundredths * places).sum(dtype=np.uint64)))


def timed(work: Work, repeat: int) -> tuple[list[float], Result]:
    """Does the work `repeat` times: the seconds of each, and the last result."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def main() -> None:
    """Runs one side and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("file", type=Path)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--scores", type=Path)
    options = parser.parse_args()

    seconds, result = timed(SIDES[options.side](jobs.read(options.file)), options.repeat)
    scored = options.side != "sum"
    if options.scores and scored:
        (result[0] / 100).astype("<f8").tofile(options.scores)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "max_rss_bytes": peak, "checksum": checksum(result) if scored else None}))


if __name__ == "__main__":
    main()
