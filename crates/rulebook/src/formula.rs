//! Formulas, for where no ready rule fits: the arithmetic subset of the Common Expression Language (CEL).
//!
//! Every formula is a valid CEL expression, but all numbers are doubles, and names may hold dots (`rating.satisfied`). A name
//! that holds a hyphen is written between backticks. Operators, by falling precedence: `-a` `!a`; `*` `/`; `+` `-`;
//! `<` `<=` `>` `>=` `==` `!=`; `&&`; `||`; `c ? a : b`. Functions: `min` `max` (one or more arguments), `abs` `sqrt` `ln`
//! `log10` `exp` `floor` `ceil` `round`, and `pow(a, b)`. They are computed in software, so that every machine gives the same bits.
//!
//! ```
//! use rulebook::formula::Formula;
//! let rate = Formula::parse("due > 0 ? resolved / due : 1").unwrap();
//! assert_eq!(rate.names(), ["due", "resolved"]);
//! assert_eq!(rate.eval(&mut |name| if name == "due" { 8.0 } else { 6.0 }), 0.75);
//! assert!(Formula::parse("due >").is_err());
//! ```

use std::ops::Range;

use crate::{Say, say};

/// Parentheses and operators may nest this deep.
const MAX_DEPTH: usize = 64;

/// A formula, parsed and checked for types.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Expr,
    names: Vec<String>,
    spans: Vec<Range<usize>>,
    yields: Kind,
}

/// What an expression yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// True or false.
    Condition,
}

impl Kind {
    fn say(self) -> Say {
        match self {
            Self::Number => say!("数", "number"),
            Self::Condition => say!("条件(真或假)", "condition (true or false)"),
        }
    }
}

/// Why a text is no formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    /// The bytes of the text it is about.
    pub at: Range<usize>,
    /// What is wrong.
    pub problem: Say,
}

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Number(f64),
    Truth(bool),
    /// A position in the formula's names.
    Name(usize),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Operators by symbol, longer symbols first, with their binding power.
const OPERATORS: [(&str, Operator, u8); 12] = [
    ("||", Operator::Or, 1),
    ("&&", Operator::And, 2),
    ("<=", Operator::LessOrEqual, 3),
    (">=", Operator::MoreOrEqual, 3),
    ("==", Operator::Equal, 3),
    ("!=", Operator::NotEqual, 3),
    ("<", Operator::Less, 3),
    (">", Operator::More, 3),
    ("+", Operator::Add, 4),
    ("-", Operator::Subtract, 4),
    ("*", Operator::Multiply, 5),
    ("/", Operator::Divide, 5),
];

impl Operator {
    /// What it takes on both sides and what it yields.
    fn kinds(self) -> (Kind, Kind) {
        match self {
            Self::Or | Self::And => (Kind::Condition, Kind::Condition),
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide => {
                (Kind::Number, Kind::Number)
            }
            _ => (Kind::Number, Kind::Condition),
        }
    }

    #[expect(
        clippy::float_cmp,
        reason = "`==` in a formula means exactly equal, as in CEL"
    )]
    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Or => truth(a != 0.0 || b != 0.0),
            Self::And => truth(a != 0.0 && b != 0.0),
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::More => truth(a > b),
            Self::MoreOrEqual => truth(a >= b),
            Self::Equal => truth(a == b),
            Self::NotEqual => truth(a != b),
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
        }
    }
}

/// Conditions are carried as 1 and 0.
fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Min,
    Max,
    Abs,
    Sqrt,
    Ln,
    Log10,
    Exp,
    Floor,
    Ceil,
    Round,
    Pow,
}

const FUNCTIONS: [(&str, Function); 11] = [
    ("min", Function::Min),
    ("max", Function::Max),
    ("abs", Function::Abs),
    ("sqrt", Function::Sqrt),
    ("ln", Function::Ln),
    ("log10", Function::Log10),
    ("exp", Function::Exp),
    ("floor", Function::Floor),
    ("ceil", Function::Ceil),
    ("round", Function::Round),
    ("pow", Function::Pow),
];

impl Function {
    /// How many arguments it takes: at least, at most.
    fn arguments(self) -> (usize, usize) {
        match self {
            Self::Min | Self::Max => (1, usize::MAX),
            Self::Pow => (2, 2),
            _ => (1, 1),
        }
    }

    fn apply(self, arguments: &[f64]) -> f64 {
        let first = arguments.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Min => arguments.iter().copied().fold(first, f64::min),
            Self::Max => arguments.iter().copied().fold(first, f64::max),
            Self::Abs => first.abs(),
            Self::Sqrt => libm::sqrt(first),
            Self::Ln => libm::log(first),
            Self::Log10 => libm::log10(first),
            Self::Exp => libm::exp(first),
            Self::Floor => libm::floor(first),
            Self::Ceil => libm::ceil(first),
            Self::Round => libm::round(first),
            Self::Pow => libm::pow(first, arguments.get(1).copied().unwrap_or(f64::NAN)),
        }
    }
}

impl Formula {
    /// Parses a formula.
    ///
    /// # Errors
    /// The first thing that is no formula, with its bytes: a symbol that doesn't belong, an unknown function, a wrong number
    /// of arguments, a condition where a number is needed or the other way round, nesting deeper than 64.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
            names: Vec::new(),
            spans: Vec::new(),
        };
        let (root, yields) = parser.choice()?;
        parser.skip_space();
        if parser.at < text.len() {
            return Err(parser.unexpected());
        }
        Ok(Self {
            root,
            names: parser.names,
            spans: parser.spans,
            yields,
        })
    }

    /// The names it uses, each once, in the order they first stand.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// The names with the bytes where each first stands.
    pub fn spans(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        self.names.iter().map(String::as_str).zip(&self.spans)
    }

    /// Whether it yields a number or a condition.
    #[must_use]
    pub fn yields(&self) -> Kind {
        self.yields
    }

    /// Its value, given the value of each name. A condition yields 1 or 0.
    pub fn eval(&self, value: &mut dyn FnMut(&str) -> f64) -> f64 {
        let values: Vec<f64> = self.names.iter().map(|name| value(name)).collect();
        self.eval_slots(&values)
    }

    /// Its value, given the values of [`Formula::names`] in that order; a value not given is NaN.
    #[must_use]
    pub fn eval_slots(&self, values: &[f64]) -> f64 {
        evaluate(&self.root, values)
    }
}

fn evaluate(expr: &Expr, values: &[f64]) -> f64 {
    match expr {
        Expr::Number(number) => *number,
        Expr::Truth(holds) => truth(*holds),
        Expr::Name(slot) => values.get(*slot).copied().unwrap_or(f64::NAN),
        Expr::Negate(inner) => -evaluate(inner, values),
        Expr::Not(inner) => 1.0 - evaluate(inner, values),
        Expr::Binary(operator, a, b) => operator.apply(evaluate(a, values), evaluate(b, values)),
        Expr::Choose(condition, yes, no) => {
            let branch = if evaluate(condition, values) == 0.0 {
                no
            } else {
                yes
            };
            evaluate(branch, values)
        }
        Expr::Call(function, arguments) => {
            let arguments: Vec<f64> = arguments.iter().map(|a| evaluate(a, values)).collect();
            function.apply(&arguments)
        }
    }
}

type Parsed = Result<(Expr, Kind), FormulaError>;

/// A recursive-descent parser over the text's bytes.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    names: Vec<String>,
    spans: Vec<Range<usize>>,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes `symbol` if it comes next, and the space before it.
    fn take(&mut self, symbol: &str) -> bool {
        let Some(rest) = self.rest().trim_start().strip_prefix(symbol) else {
            return false;
        };
        self.at = self.text.len() - rest.len();
        true
    }

    fn expect(&mut self, symbol: &str) -> Result<(), FormulaError> {
        if self.take(symbol) {
            Ok(())
        } else {
            Err(self.missing(symbol))
        }
    }

    fn missing(&self, symbol: &str) -> FormulaError {
        FormulaError {
            at: self.next_symbol(),
            problem: say!("这里缺“{symbol}”", "`{symbol}` is missing here"),
        }
    }

    fn unexpected(&self) -> FormulaError {
        let at = self.next_symbol();
        let found = self.text.get(at.clone()).unwrap_or("");
        let problem = if found.is_empty() {
            say!("公式没有写完", "the formula ends too early")
        } else {
            say!("公式里不该有“{found}”", "`{found}` doesn't belong here")
        };
        FormulaError { at, problem }
    }

    /// The bytes of the next character.
    fn next_symbol(&self) -> Range<usize> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// Runs `parse` one level deeper.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == MAX_DEPTH {
            let problem = say!("嵌套超过 {MAX_DEPTH} 层", "nested deeper than {MAX_DEPTH}");
            return Err(FormulaError {
                at: self.next_symbol(),
                problem,
            });
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn choice(&mut self) -> Parsed {
        self.deeper(|parser| {
            let start = parser.at;
            let condition = parser.binary(1)?;
            let end = parser.at;
            if !parser.take("?") {
                return Ok(condition);
            }
            let condition = need_at(Kind::Condition, condition, start..end)?;
            let (yes, kind) = parser.choice()?;
            parser.expect(":")?;
            let start = parser.at;
            let no = parser.choice()?;
            let no = parser.need(kind, no, start)?;
            Ok((
                Expr::Choose(Box::new(condition), Box::new(yes), Box::new(no)),
                kind,
            ))
        })
    }

    /// Operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parsed {
        self.skip_space();
        let start = self.at;
        let mut left = self.unary()?;
        let mut end = self.at;
        while let Some((operator, power)) = self.operator(least) {
            let (takes, yields) = operator.kinds();
            let a = need_at(takes, left, start..end)?;
            self.skip_space();
            let middle = self.at;
            let right = self.binary(power + 1)?;
            let b = self.need(takes, right, middle)?;
            left = (Expr::Binary(operator, Box::new(a), Box::new(b)), yields);
            end = self.at;
        }
        Ok(left)
    }

    fn operator(&mut self, least: u8) -> Option<(Operator, u8)> {
        let (_, operator, power) = *OPERATORS
            .iter()
            .find(|(symbol, _, power)| *power >= least && self.take(symbol))?;
        Some((operator, power))
    }

    /// The expression that ends here, if it yields what is needed.
    fn need(&self, kind: Kind, parsed: (Expr, Kind), start: usize) -> Result<Expr, FormulaError> {
        need_at(kind, parsed, start..self.at)
    }

    fn unary(&mut self) -> Parsed {
        self.deeper(|parser| {
            parser.skip_space();
            let start = parser.at;
            if parser.take("-") {
                let inner = parser.unary()?;
                Ok((
                    Expr::Negate(Box::new(parser.need(Kind::Number, inner, start)?)),
                    Kind::Number,
                ))
            } else if parser.take("!") {
                let inner = parser.unary()?;
                Ok((
                    Expr::Not(Box::new(parser.need(Kind::Condition, inner, start)?)),
                    Kind::Condition,
                ))
            } else {
                parser.primary()
            }
        })
    }

    fn primary(&mut self) -> Parsed {
        if self.take("(") {
            let inner = self.choice()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("`") {
            return self.quoted_name();
        }
        match self.rest().chars().next() {
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Parsed {
        let start = self.at;
        let mut previous = ' ';
        let length = self
            .rest()
            .find(|c: char| {
                let exponent_sign = matches!(previous, 'e' | 'E') && matches!(c, '+' | '-');
                previous = c;
                !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || exponent_sign)
            })
            .unwrap_or(self.rest().len());
        self.at += length;
        let text = self.text.get(start..self.at).unwrap_or("");
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok((Expr::Number(number), Kind::Number)),
            _ => Err(FormulaError {
                at: start..self.at,
                problem: say!("“{text}”不是数", "`{text}` is no number"),
            }),
        }
    }

    fn quoted_name(&mut self) -> Parsed {
        let start = self.at;
        let Some(length) = self.rest().find('`') else {
            return Err(self.missing("`"));
        };
        self.at += length + 1;
        Ok(self.name(start..start + length))
    }

    fn word(&mut self) -> Parsed {
        let start = self.at;
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
            .unwrap_or(rest.len());
        self.at += length;
        let word = self.text.get(start..self.at).unwrap_or("").to_owned();
        match word.as_str() {
            "true" => Ok((Expr::Truth(true), Kind::Condition)),
            "false" => Ok((Expr::Truth(false), Kind::Condition)),
            _ if self.take("(") => self.call(&word, start),
            _ => Ok(self.name(start..start + length)),
        }
    }

    fn name(&mut self, span: Range<usize>) -> (Expr, Kind) {
        let name = self.text.get(span.clone()).unwrap_or("");
        let slot = self
            .names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.spans.push(span);
                self.names.len() - 1
            });
        (Expr::Name(slot), Kind::Number)
    }

    fn call(&mut self, word: &str, start: usize) -> Parsed {
        let span = start..start + word.len();
        let Some((_, function)) = FUNCTIONS.iter().find(|(name, _)| *name == word) else {
            let known: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
            let known = known.join(" ");
            let problem = say!(
                "没有函数“{word}”;有 {known}",
                "there is no function `{word}`; there are {known}"
            );
            return Err(FormulaError { at: span, problem });
        };
        let arguments = self.arguments()?;
        let (least, most) = function.arguments();
        if !(least..=most).contains(&arguments.len()) {
            let found = arguments.len();
            let problem = say!(
                "“{word}”不能有 {found} 个参数",
                "`{word}` can't take {found} arguments"
            );
            return Err(FormulaError {
                at: start..self.at,
                problem,
            });
        }
        Ok((Expr::Call(*function, arguments), Kind::Number))
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, FormulaError> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            self.skip_space();
            let start = self.at;
            let argument = self.choice()?;
            arguments.push(self.need(Kind::Number, argument, start)?);
            if self.take(")") {
                return Ok(arguments);
            }
            self.expect(",")?;
        }
    }
}

/// The expression at these bytes, if it yields what is needed.
fn need_at(
    kind: Kind,
    (expr, found): (Expr, Kind),
    at: Range<usize>,
) -> Result<Expr, FormulaError> {
    if kind == found {
        return Ok(expr);
    }
    let (need, got) = (kind.say(), found.say());
    let problem = Say {
        zh: format!("这里要{},写的是{}", need.zh, got.zh),
        en: format!("a {} is needed here, this is a {}", need.en, got.en),
    };
    Err(FormulaError { at, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        Formula::parse(text)
            .unwrap()
            .eval(&mut |name| name.len() as f64)
    }

    #[test]
    fn follows_precedence_and_grouping() {
        assert_eq!(value("1 + 2 * 3"), 7.0);
        assert_eq!(value("(1 + 2) * 3"), 9.0);
        assert_eq!(value("10 - 2 - 3"), 5.0);
        assert_eq!(value("-2 * -3"), 6.0);
        assert_eq!(value("1 < 2 && 2 < 1 || true ? 4 : 5"), 4.0);
        assert_eq!(value("1 > 2 ? 1 : 2 > 1 ? 20 : 30"), 20.0);
        assert_eq!(value("!(1 == 2) ? 1e-3 : 0"), 0.001);
        assert_eq!(value("min(3, max(1, 2), 9) + pow(2, 10)"), 1026.0);
    }

    #[test]
    fn names_hold_dots_and_backticked_hyphens() {
        let formula = Formula::parse("rating.satisfied + `on-time` + rating.satisfied").unwrap();
        assert_eq!(formula.names(), ["rating.satisfied", "on-time"]);
        assert_eq!(
            formula.eval(&mut |name| if name == "on-time" { 1.0 } else { 2.0 }),
            5.0
        );
    }

    #[test]
    fn every_mistake_has_its_place() {
        for (text, at, problem) in [
            ("1 +", 3..3, "the formula ends too early"),
            ("1 $ 2", 2..3, "`$` doesn't belong here"),
            ("(1 + 2", 6..6, "`)` is missing here"),
            ("1.2.3", 0..5, "`1.2.3` is no number"),
            ("mean(1)", 0..4, "there is no function `mean`"),
            ("pow(2)", 0..6, "`pow` can't take 1 arguments"),
            (
                "1 < 2 < 3",
                0..5,
                "a number is needed here, this is a condition (true or false)",
            ),
            (
                "1 + true",
                4..8,
                "a number is needed here, this is a condition (true or false)",
            ),
            (
                "x ? 1 : 2",
                0..1,
                "a condition (true or false) is needed here, this is a number",
            ),
            ("", 0..0, "the formula ends too early"),
        ] {
            let error = Formula::parse(text).unwrap_err();
            assert!(
                error.problem.en.starts_with(problem),
                "{text}: {}",
                error.problem.en
            );
            assert_eq!(error.at, at, "{text}");
        }
        assert!(Formula::parse(&"(".repeat(10_000)).is_err());
    }
}
