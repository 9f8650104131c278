"""Runs all validations; the last line says how many passed and failed.

    run.py [--merit PROGRAM]
"""

from __future__ import annotations

import argparse
import sys
import unittest
from collections.abc import Callable

import county
import hospital_stars
import ledger
import test_oracle
from merit import ROOT, program
from report import Report


def check_oracle(report: Report) -> None:
    """The interpreter's own tests, each counted."""
    for test in tests_of(unittest.defaultTestLoader.loadTestsFromModule(test_oracle)):
        result = unittest.TestResult()
        test.run(result)
        report.check(f"oracle: {test.id()}", [text for _, text in result.failures + result.errors])


def tests_of(suite: unittest.TestSuite) -> list[unittest.TestCase]:
    """The single tests of a suite."""
    found: list[unittest.TestCase] = []
    for test in suite:
        found += tests_of(test) if isinstance(test, unittest.TestSuite) else [test]
    return found


def main() -> None:
    """Everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merit")
    merit = program(parser.parse_args().merit)
    report = Report()
    check_oracle(report)
    guarded(report, "county", lambda: county.check(report, ROOT / "campaigns/county", merit, None))
    stars = ROOT / "campaigns/hospital-stars"
    data = hospital_stars.data_directory()
    guarded(report, "hospital-stars", lambda: hospital_stars.check(report, stars, merit, data))
    guarded(report, "ledger", lambda: ledger.check(report, merit))
    sys.exit(report.finish())


def guarded(report: Report, name: str, work: Callable[[], None]) -> None:
    """Runs one validation; what it can't go on from is a failure with a name, and the others still run."""
    try:
        work()
    except (OSError, RuntimeError, ValueError, KeyError, NotImplementedError) as error:
        report.check(name, [f"{type(error).__name__}: {error}"])


if __name__ == "__main__":
    main()
