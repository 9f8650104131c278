"""Formulas, the arithmetic subset of CEL, worked out with Python's floats (IEEE doubles, as the language says).

Precedence, loosest first: `c ? a : b`; `||`; `&&`; comparisons; `+ -`; `* /`; `-a !a`. Names may hold dots; a name
with a hyphen stands between backticks.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

Names = Callable[[str], float]
Node = Callable[[Names], Any]

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][\w.]*|`[^`]+`)"
    r"|(?P<sign>\|\||&&|<=|>=|==|!=|[-+*/<>!?:(),]))"
)


def divide(a: float, b: float) -> float:
    """IEEE division: by zero it yields an infinity or NaN, where Python's own raises."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def defined(work: Callable[..., float]) -> Callable[..., float]:
    """The same function with NaN where Python's own raises, such as the logarithm of a negative number."""

    def guarded(*arguments: float) -> float:
        try:
            return work(*arguments)
        except (ValueError, OverflowError):
            return math.nan

    return guarded


FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "sqrt": defined(math.sqrt),
    "ln": defined(math.log),
    "log10": defined(math.log10),
    "exp": defined(math.exp),
    "floor": defined(math.floor),
    "ceil": defined(math.ceil),
    "pow": defined(math.pow),
    # Half away from zero, as C rounds; Python's own rounds half to even.
    "round": lambda x: math.copysign(math.floor(abs(x) + 0.5), x),
}
LEVELS: list[dict[str, Callable[[Any, Any], Any]]] = [
    {"||": lambda a, b: a or b},
    {"&&": lambda a, b: a and b},
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": divide},
]


class Formula:
    """A parsed formula: the names it uses, and its value once they are known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self._tokens = list(self._split(text))
        self._at = 0
        self._node = self._condition()
        if self._at < len(self._tokens):
            raise ValueError(f"formula {text!r}: nothing expected at {self._tokens[self._at]!r}")

    def value(self, names: Names) -> Any:
        """Its value; NaN or an infinity where it has none."""
        return self._node(names)

    @staticmethod
    def _split(text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"formula {text!r}: not understood from {text[at:]!r}")
            kind = str(match.lastgroup)
            tokens.append((kind, match.group(kind)))
            at = match.end()
        return tokens

    def _take(self, sign: str) -> bool:
        """Whether the next token is this sign; it is passed if so."""
        found = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"formula {self.text!r}: {sign!r} expected")

    def _condition(self) -> Node:
        test = self._binary(0)
        if not self._take("?"):
            return test
        yes = self._condition()
        self._need(":")
        no = self._condition()
        return lambda names: yes(names) if test(names) else no(names)

    def _binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while sign := next((sign for sign in LEVELS[level] if self._take(sign)), None):
            node = self._apply(LEVELS[level][sign], node, self._binary(level + 1))
        return node

    @staticmethod
    def _apply(work: Callable[[Any, Any], Any], left: Node, right: Node) -> Node:
        return lambda names: work(left(names), right(names))

    def _unary(self) -> Node:
        if self._take("-"):
            inner = self._unary()
            return lambda names: -inner(names)
        if self._take("!"):
            inner = self._unary()
            return lambda names: not inner(names)
        return self._primary()

    def _primary(self) -> Node:
        if self._take("("):
            node = self._condition()
            self._need(")")
            return node
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        self._at += 1
        if kind == "number":
            number = float(text)
            return lambda names: number
        if kind != "name":
            raise ValueError(f"formula {self.text!r}: a number or a name expected, not {text!r}")
        return self._call(text) if self._take("(") else self._name(text.strip("`"))

    def _name(self, name: str) -> Node:
        self.names.add(name)
        return lambda names: names(name)

    def _call(self, name: str) -> Node:
        work = FUNCTIONS[name]
        arguments = [self._condition()]
        while self._take(","):
            arguments.append(self._condition())
        self._need(")")
        return lambda names: work(*(argument(names) for argument in arguments))
