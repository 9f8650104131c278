"""The many-facet Rasch model by a plain EM in numpy: the other side of bench/facets.sh.

Written for the comparison, as the model's textbook account has it (EM on 61 nodes, Newton's step for each parameter in turn);
it is no published package. `--slopes` estimates slopes too.

    python bench/facets.py FILE [--slopes none|judges|traits|both]

Prints one JSON object: seconds, deviance, sigma, severities.
"""

import argparse
import csv
import json
import time

import numpy as np


def read(path):
    rows = list(csv.DictReader(open(path, newline="")))
    items = [name for name in rows[0] if name[0] == "k" and name[1:].isdigit()]
    persons = {name: at for at, name in enumerate(sorted({row["idstud"] for row in rows}))}
    judges = {name: at for at, name in enumerate(sorted({row["rater"] for row in rows}))}
    person = np.array([persons[row["idstud"]] for row in rows])
    judge = np.array([judges[row["rater"]] for row in rows])
    marks = np.array([[int(row[k]) if row[k].isdigit() else -1 for k in items] for row in rows])
    return sorted(judges), person, judge, marks


class Model:
    def __init__(self, data, slopes):
        self.names, self.person, self.judge, self.marks = data
        self.slopes = slopes
        self.nodes = np.linspace(-9, 9, 61)
        self.items, self.top = self.marks.shape[1], self.marks.max()
        self.k = np.arange(self.top + 1)
        self.tau = np.zeros((self.items, self.top + 1))
        self.b = np.zeros(len(self.names))
        self.la_judge = np.zeros(len(self.names))
        self.la_item = np.zeros(self.items)
        self.sigma = 1.0

    def log_p(self):
        slope = np.exp(self.la_judge[:, None] + self.la_item)
        eta = (
            self.k[None, None, :, None] * slope[:, :, None, None] * self.nodes
            - self.tau[None, :, :, None]
            - (self.b[:, None] * self.k)[:, None, :, None]
        )
        most = eta.max(2, keepdims=True)
        return eta - most - np.log(np.exp(eta - most).sum(2, keepdims=True))

    def expect(self):
        log_p = self.log_p()
        like = np.zeros((self.person.max() + 1, len(self.nodes)))
        for item in range(self.items):
            given = self.marks[:, item] >= 0
            np.add.at(like, self.person[given], log_p[self.judge[given], item, self.marks[given, item]])
        prior = -0.5 * (self.nodes / self.sigma) ** 2
        like += prior - np.log(np.exp(prior).sum())
        most = like.max(1, keepdims=True)
        total = most + np.log(np.exp(like - most).sum(1, keepdims=True))
        posterior = np.exp(like - total)
        counts = np.zeros((len(self.names), self.items, self.top + 1, len(self.nodes)))
        for item in range(self.items):
            given = self.marks[:, item] >= 0
            np.add.at(counts[:, item], (self.judge[given], self.marks[given, item]), posterior[self.person[given]])
        return -2 * total.sum(), posterior, counts

    def maximise(self, posterior, counts):
        n = counts.sum(2)
        p = np.exp(self.log_p())
        for category in range(1, self.top + 1):
            first = (counts[:, :, category] - n * p[:, :, category]).sum((0, 2))
            second = (n * p[:, :, category] * (1 - p[:, :, category])).sum((0, 2))
            self.tau[:, category] -= np.clip(first / second, -1, 1)
            p = np.exp(self.log_p())
        self.b -= self.turn(counts, n, np.ones_like(n), (1, 2))
        self.b -= self.b.mean()
        slope = np.exp(self.la_judge[:, None] + self.la_item)[:, :, None] * self.nodes
        if self.slopes in ("judges", "both"):
            self.la_judge += self.turn(counts, n, slope, (1, 2))
            self.la_judge -= self.la_judge.mean()
        if self.slopes in ("traits", "both"):
            self.la_item += self.turn(counts, n, slope, (0, 2))
            self.la_item -= self.la_item.mean()
        self.sigma = self.spread(posterior)

    def turn(self, counts, n, times, over):
        p = np.exp(self.log_p())
        k = self.k[None, None, :, None]
        mean = (k * p).sum(2)
        variance = (k * k * p).sum(2) - mean**2
        first = (((k * counts).sum(2) - n * mean) * times).sum(over)
        return np.clip(first / (n * variance * times**2).sum(over), -1, 1)

    def spread(self, posterior):
        return float(np.sqrt((posterior * self.nodes**2).sum() / len(posterior)))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("--slopes", default="none")
    arguments.add_argument("--gain", type=float, default=1e-6, help="stop where a step gains less deviance")
    arguments = arguments.parse_args()
    data = read(arguments.file)
    start = time.perf_counter()
    model = Model(data, arguments.slopes)
    before, steps = np.inf, 0
    while True:
        deviance, posterior, counts = model.expect()
        steps += 1
        if abs(before - deviance) < arguments.gain:
            break
        before = deviance
        model.maximise(posterior, counts)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "side": "numpy EM (written for the comparison)",
                "seconds": seconds,
                "steps": steps,
                "deviance": deviance,
                "sigma": model.sigma,
                "severities": dict(zip(model.names, model.b.tolist())),
                "slopes": {"judges": np.exp(model.la_judge).tolist(), "traits": np.exp(model.la_item).tolist()},
            }
        )
    )


if __name__ == "__main__":
    main()
