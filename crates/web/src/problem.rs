//! Why a request isn't answered as it was asked: a status, a code, what is wrong, what to do.
//!
//! Pages show it in words, the API as `application/problem+json` (RFC 9457).

use std::collections::BTreeMap;

use axum::http::StatusCode;
use campaign::Refusal;
use host::Failure;
use rulebook::{Lang, Say, say};
use serde_json::json;

use crate::fields::Fields;

/// Code of a refusal → the fields it can be about, the likeliest first.
const FIELDS: &[(&str, &[&str])] = &[
    ("due-past", &["due"]),
    ("due-not-later", &["due"]),
    ("date-past", &["from", "until", "due", "when", "on"]),
    ("day-past", &["until", "due"]),
    ("day-future", &["on", "day", "when"]),
    ("too-early", &["when", "on", "until", "period"]),
    ("before-campaign", &["when", "on", "period"]),
    ("too-late", &["on"]),
    ("period-closed", &["when"]),
    ("already-filed", &["when"]),
    ("wrong-occasion", &["when"]),
    ("no-such-unit", &["to", "unit", "about"]),
    ("not-asked", &["about", "unit"]),
    ("had-it-before", &["to"]),
    ("helps-already", &["to", "unit"]),
    ("nobody-checks", &["role", "unit"]),
    ("no-such-role", &["role"]),
    ("no-such-person", &["person", "other", "about"]),
    ("related-to-self", &["other"]),
    ("nothing-changes", &["other", "post"]),
    ("no-such-post", &["post"]),
    ("no-reason", &["reason"]),
    ("no-such-rule", &["rule", "indicator"]),
    ("raised-already", &["act", "evidence"]),
    ("effect-unfitting", &["effect", "outcome"]),
    ("no-such-measure", &["measure"]),
    ("out-of-range", &["figure"]),
    ("nothing-found", &["outcome"]),
    ("nothing-changed", &["reason"]),
    ("marks-by-code", &["outcome"]),
    ("wrong-code", &["code"]),
    ("code-unknown", &["code"]),
    ("code-cancelled", &["code"]),
    ("code-expired", &["code"]),
    ("code-used", &["code"]),
    ("no-such-service", &["service"]),
    ("no-such-group", &["group"]),
    ("no-such-tag", &["tag"]),
    ("no-tickets", &["count"]),
    ("too-many", &["count", "tickets", "nominee"]),
    ("no-such-batch", &["batch"]),
    ("batch-cancelled", &["batch", "reason"]),
    ("no-such-honour", &["honour"]),
    ("no-such-nominee", &["nominee", "unit", "person"]),
    ("wrong-kind", &["nominee", "honour"]),
    ("wrong-category", &["nominee", "honour"]),
    ("nominated-already", &["nominee", "honour"]),
    ("not-shown", &["nominee", "honour"]),
    ("no-such-period", &["period", "last"]),
    ("no-such-ladder", &["ladder"]),
    ("no-such-level", &["level"]),
    ("not-final", &["last", "period"]),
    ("figures-wrong", &["file", "figures"]),
];

/// The name of a field of a record's form, by the place the core names: `goals[2].due` is `f.goals.1.due`.
fn field_of(place: &str) -> String {
    let cell = place.split_once('[').and_then(|(field, rest)| {
        let (row, column) = rest.split_once("].")?;
        let row: usize = row.parse().ok()?;
        Some(format!("f.{field}.{}.{column}", row.checked_sub(1)?))
    });
    cell.unwrap_or_else(|| format!("f.{place}"))
}

/// The codes of refusals by the server itself, with what they stand for in Chinese and English; those of the campaign are
/// listed by [`campaign::refusal::all`].
pub const OWN_CODES: [campaign::refusal::Code; 17] = [
    (
        "not-found",
        "没有,或不对来者开放",
        "there is no such thing, or it isn't for whoever asks",
    ),
    (
        "sign-in",
        "要先登录或出示令牌",
        "this takes an account or a token",
    ),
    (
        "not-entitled",
        "账号无权办这件事",
        "the account may not do this",
    ),
    ("scope", "令牌的范围不够", "the token wasn't made for this"),
    (
        "stale-form",
        "没有证明请求来自本站页面",
        "the request doesn't prove to be of this site's page",
    ),
    (
        "unreadable",
        "收到的内容读不懂",
        "what was sent can't be read",
    ),
    ("fields", "有的栏填得不对", "fields are filled wrongly"),
    (
        "item",
        "文字或文件与命令不符",
        "a text or file doesn't fit the command",
    ),
    ("too-large", "发来的内容太大", "what was sent is too large"),
    ("too-many", "试的次数太多", "too much was tried"),
    (
        "too-often",
        "这里试的次数太多",
        "there were too many tries from one address",
    ),
    (
        "wrong-method",
        "这个网址不用这种方法",
        "the address doesn't take this method",
    ),
    (
        "busy",
        "等待处理的请求太多",
        "too many requests are waiting",
    ),
    (
        "unavailable",
        "账本或写入暂时不可用",
        "the ledger can't be reached or written now",
    ),
    (
        "not-signed",
        "还没有检查点签名",
        "no checkpoint covers it yet",
    ),
    ("broken", "程序出错", "a mistake in the program"),
    ("no-results", "还没有结果", "there are no results yet"),
];

/// A problem.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// The code, such as `no-such-unit`; codes of the core are listed in `docs/refusals.md`.
    pub code: String,
    /// What is wrong.
    pub text: Say,
    /// What to do.
    pub remedy: Say,
    /// Field → what is wrong with it.
    pub fields: BTreeMap<String, Say>,
    /// After how many seconds to try again, where that helps.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, text: Say, remedy: Say) -> Self {
        Self {
            status,
            code: code.to_owned(),
            text,
            remedy,
            fields: BTreeMap::new(),
            retry_after: None,
        }
    }

    /// What isn't there, or isn't for whoever asks: the two look the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            say!("没有这一页。", "There is no such page."),
            say!(
                "核对网址;如果是内部页面,请登录有权限的账号。",
                "Check the address; if it is an internal page, sign in with an account that may see it."
            ),
        )
    }

    /// That one has to sign in first.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign-in",
            say!("要先登录。", "This takes an account."),
            say!("请登录后再办。", "Sign in first."),
        )
    }

    /// That a form's page was too old, or not this site's.
    #[must_use]
    pub fn stale_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "stale-form",
            say!(
                "这一页放得太久,或不是从本站提交的。",
                "The page was open for too long, or the form isn't of this site."
            ),
            say!(
                "内容没有提交;请再点一次提交。",
                "Nothing was sent; send it once more."
            ),
        )
    }

    /// That too much was tried; it doesn't tell whether there is such an account.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            say!("试的次数太多。", "That were too many tries."),
            say!("请过 {seconds} 秒再试。", "Try again in {seconds} seconds."),
        );
        problem.retry_after = Some(seconds);
        problem
    }

    /// That what was sent can't be read at all.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            say!(
                "收到的内容读不懂:{why}。",
                "What was sent can't be read: {why}."
            ),
            say!("改正后重新发送。", "Mend it and send it again."),
        )
    }

    /// That fields are filled wrongly. Begin with this and [`wrong`](Self::wrong) each field.
    #[must_use]
    pub fn fields() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "fields",
            say!("有的栏填得不对。", "Some fields are filled wrongly."),
            say!(
                "按各栏下面的提示改正;已经填的都还在。",
                "See the notes below the fields; what you filled in is still there."
            ),
        )
    }

    /// Says what is wrong with a field.
    pub fn wrong(&mut self, field: &str, what: Say) {
        self.fields.entry(field.to_owned()).or_insert(what);
    }

    /// Says it at the field it is about, where the campaign refuses a form because of one of the fields that were sent.
    #[must_use]
    pub fn at_field(mut self, sent: &Fields) -> Self {
        if !self.fields.is_empty() {
            return self;
        }
        let both = Say {
            zh: format!("{}{}", self.text.zh, self.remedy.zh),
            en: format!("{} {}", self.text.en, self.remedy.en),
        };
        let of_record = self.remedy.en.strip_prefix("Mend these: ");
        if let Some(places) = of_record {
            let places = places.trim_end_matches('.').split(", ");
            for name in places.map(field_of).collect::<Vec<_>>() {
                self.wrong(&name, both.clone());
            }
            return self;
        }
        let known = FIELDS.iter().find(|(code, _)| *code == self.code);
        let mut names = known.map_or(&[][..], |(_, names)| names).iter();
        if let Some(name) = names.find(|name| sent.has(name)) {
            self.wrong(name, both);
        }
        self
    }

    /// `Err` if any field is wrong.
    ///
    /// # Errors
    /// This problem.
    pub fn settle(self) -> Result<(), Self> {
        if self.fields.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// A mistake in the program; the details belong into the log.
    #[must_use]
    pub fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            say!(
                "程序出错,没有写入任何内容。",
                "A mistake in the program; nothing was written."
            ),
            say!(
                "请告诉维护人员出错的时间。",
                "Tell those who maintain it when this happened."
            ),
        )
    }

    /// The problem as JSON (RFC 9457): texts in one language, and in both under `texts`. `title` says what the code stands for,
    /// `detail` what is wrong this time.
    #[must_use]
    pub fn to_json(&self, lang: Lang) -> serde_json::Value {
        let fields: serde_json::Map<String, serde_json::Value> = self
            .fields
            .iter()
            .map(|(field, say)| (field.clone(), say.get(lang).into()))
            .collect();
        let both =
            |lang: Lang| json!({ "detail": self.text.get(lang), "remedy": self.remedy.get(lang) });
        json!({
            "type": format!("/api#code-{}", self.code),
            "title": self.title(lang),
            "status": self.status.as_u16(),
            "detail": self.text.get(lang),
            "code": self.code,
            "remedy": self.remedy.get(lang),
            "fields": fields,
            "texts": { "zh": both(Lang::Zh), "en": both(Lang::En) },
        })
    }

    /// What its code stands for.
    fn title(&self, lang: Lang) -> &str {
        let known = campaign::refusal::all().into_iter();
        let known = known.flat_map(|(_, codes)| codes);
        let mut known = known.chain(&OWN_CODES);
        let found = known.find(|(code, ..)| *code == self.code);
        found.map_or_else(|| self.text.get(lang), |(_, zh, en)| lang.pick(zh, en))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            "not-entitled" | "concerned" | "unknown-actor" | "no-account" | "not-a-person"
            | "second-person" => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        };
        Self::new(status, refusal.code, refusal.problem, refusal.remedy)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let (status, code, retry) = match failure {
            Failure::Refused(refusal) => return refusal.into(),
            Failure::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", Some(1)),
            Failure::NotWriter { .. } | Failure::Unavailable | Failure::Stopped => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", Some(5))
            }
            Failure::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "broken", None),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "item", None),
        };
        let again = say!(
            "过一会儿再提交一次,不会重复。",
            "Send it again shortly; it will happen once."
        );
        let mut problem = Self::new(status, code, failure.say(), again);
        problem.retry_after = retry;
        problem
    }
}
