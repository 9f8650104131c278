"""The other side of bench/rank.sh: the largest studentised difference over all pairs, densely, in chunks of draws.

Usage: rank_side.py FILE DRAWS; FILE holds the standard errors as little-endian doubles. One step, no stepdown."""

import json
import resource
import sys
import time

import numpy as np

errors = np.fromfile(sys.argv[1], "<f8")
draws = int(sys.argv[2])
start = time.perf_counter()
units = len(errors)
first, second = np.triu_indices(units, 1)
inverse = 1.0 / np.sqrt(errors[first] ** 2 + errors[second] ** 2)
random = np.random.default_rng(1)
largest = np.empty(draws)
CHUNK = 16
for at in range(0, draws, CHUNK):
    z = random.standard_normal((min(CHUNK, draws - at), units)) * errors
    difference = z[:, first]
    difference -= z[:, second]
    difference *= inverse
    np.abs(difference, out=difference)
    largest[at : at + len(z)] = difference.max(axis=1)
critical = float(np.quantile(largest, 0.95))
print(json.dumps({
    "side": "numpy", "scope": "simultaneous", "procedure": "single-step", "units": units, "draws": draws,
    "seconds": time.perf_counter() - start, "critical": critical,
    "max_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
