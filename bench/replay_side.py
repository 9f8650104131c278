"""The plain replay in numpy: draw every cell, points by straight lines, sums, ranks. Nothing of what Merit's does besides: no rulebook, no
class fitted to each draw, no bands, no pull towards the class.

    python bench/replay_side.py DRAWS
"""
import json
import sys
import time

import numpy as np

UNITS, MEASURES = 1_000, 40


def shares(random):
    hits = random.binomial(50, 0.9, (UNITS, MEASURES)).astype(float)
    return lambda: random.beta(hits + 1, 51 - hits), 1.0


def counts(random):
    seen = random.poisson(20, (UNITS, MEASURES)).astype(float)
    return lambda: random.gamma(seen + 0.5), 40.0


def errors(random):
    seen = 0.7 + 0.1 * random.standard_normal((UNITS, MEASURES))
    return lambda: seen + 0.05 * random.standard_normal((UNITS, MEASURES)), 1.0


def seconds(make, draws):
    draw, full = make(np.random.default_rng(1))
    start = time.perf_counter()
    scores = np.empty((draws, UNITS))
    ranks = np.empty((draws, UNITS), dtype=np.int32)
    order = np.arange(1, UNITS + 1)
    for at in range(draws):
        points = 2.5 * np.clip(draw() / full, 0, 1)
        scores[at] = points.sum(axis=1)
        ranks[at, np.argsort(-scores[at])] = order
    np.quantile(scores, [0.025, 0.975], axis=0)
    np.quantile(ranks, [0.025, 0.975], axis=0)
    return time.perf_counter() - start


draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
for name, make in [("shares", shares), ("counts", counts), ("standard errors", errors)]:
    took = seconds(make, draws)
    rate = UNITS * MEASURES * draws / took
    print(json.dumps({"side": "numpy", "figures": name, "draws": draws, "seconds": took, "cells_per_second": rate}))
