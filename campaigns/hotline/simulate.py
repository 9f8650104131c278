"""Writes organisation.csv and figures/simulated.csv: 24 invented townships, six simulated months. Nothing here is real.

Run it in this folder: python3 simulate.py. The seed is fixed, so the files are always the same.
"""

import csv
import random

SEED = 20260101
MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]
NAMES = [
    "青禾镇", "石桥镇", "云岭乡", "柳泉镇", "白沙街道", "东关街道", "南湖街道", "松坪乡",
    "枫林镇", "双河镇", "望城街道", "金塘镇", "龙潭乡", "新店镇", "清溪镇", "桃源乡",
    "北渡镇", "马家洼镇", "大岭镇", "沙口镇", "五里街道", "杏花镇", "高坪乡", "临江街道",
]
# What happens to some of them, so that every rule has something to do.
CROWDED = {11, 23}  # very high demand: to be governed
TINY = {3, 22}  # too few cases to be ranked in most months
IMPROVING = {14: 3}  # from this month (counted from 0) on much better
SLIPPING = {18: 2}  # from this month on worse
FALSE_REPLIES = {(9, "2026-03"): 2, (18, "2026-05"): 1}
PRESSURE = {(7, "2026-04"): 1}
COLUMNS = [
    "unit", "period", "residents", "received", "due", "excluded", "responded", "resolved",
    "rated", "satisfied", "false_replies", "pressure_cases",
]


def share(rng, n, p):
    """How many of n happen, each with probability p."""
    return sum(rng.random() < p for _ in range(n))


def quality(number, month):
    """True chances of response, resolution and satisfaction; most townships hardly differ."""
    step = 0.0
    if month >= IMPROVING.get(number, 99):
        step = 0.12
    if month >= SLIPPING.get(number, 99):
        step = -0.16
    lean = ((number * 7) % 11 - 5) / 100
    base = -0.10 if number in IMPROVING else 0.0
    return (
        min(0.995, 0.97 + lean / 4),
        min(0.98, 0.80 + lean + base + step),
        min(0.98, 0.85 + lean + base + step),
    )


def month_of(rng, number, residents, month):
    """One township's counts of one month, in the order of COLUMNS after the period."""
    per_1000 = 16 if number in CROWDED else 0.5 if number in TINY else 6
    received = max(3, round(residents / 1000 * per_1000 * rng.uniform(0.85, 1.15)))
    due = max(2, received - share(rng, received, 0.05))
    excluded = share(rng, due, 0.04)
    counted = due - excluded
    response, resolution, satisfaction = quality(number, month)
    responded, resolved = share(rng, counted, response), share(rng, counted, resolution)
    rated = share(rng, counted, 0.62)
    satisfied = share(rng, rated, satisfaction)
    key = (number, MONTHS[month])
    return [
        residents, received, due, excluded, responded, resolved, rated, satisfied,
        FALSE_REPLIES.get(key, 0), PRESSURE.get(key, 0),
    ]


def main():
    rng = random.Random(SEED)
    units = [f"h{number:02d}" for number in range(1, len(NAMES) + 1)]
    residents = [rng.randrange(24_000, 96_000, 100) for _ in units]
    with open("organisation.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["unit", "name", "category"])
        writer.writerows((unit, name, "township") for unit, name in zip(units, NAMES))
    with open("figures/simulated.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for month, period in enumerate(MONTHS):
            for number, unit in enumerate(units, start=1):
                writer.writerow([unit, period, *month_of(rng, number, residents[number - 1], month)])


if __name__ == "__main__":
    main()
