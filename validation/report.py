"""Counts checks as they are made; nothing is left out without being named."""

from __future__ import annotations

# So many differences are printed; the rest are counted.
SHOWN = 20


class Report:
    """The outcome of a run."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.names_left_out: list[str] = []

    def check(self, name: str, wrong: list[str]) -> None:
        """Counts a check: it passes when nothing is wrong."""
        if not wrong:
            self.passed += 1
            print(f"ok    {name}")
            return
        self.failed += 1
        print(f"FAIL  {name}: {len(wrong)} wrong")
        for line in wrong[:SHOWN]:
            print(f"        {line}")
        if len(wrong) > SHOWN:
            print(f"        … and {len(wrong) - SHOWN} more")

    def left_out(self, name: str, reason: str) -> None:
        """Names a check that could not be made, and why."""
        self.names_left_out.append(name)
        print(f"left out  {name}: {reason}")

    def finish(self) -> int:
        """Prints the last lines; the exit code."""
        if self.names_left_out:
            print(f"{len(self.names_left_out)} left out: {'; '.join(self.names_left_out)}")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
