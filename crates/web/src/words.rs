//! The words of the pages, in Chinese and English: Fluent files of `locales/`, built in.

use std::borrow::Cow;
use std::fmt;

use campaign::Date;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rulebook::model::Text;
use rulebook::{Lang, Say};
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// The files: area, Chinese, English.
macro_rules! files {
    ($($area:literal),+ $(,)?) => {
        &[$((
            $area,
            include_str!(concat!("../locales/zh-CN/", $area, ".ftl")),
            include_str!(concat!("../locales/en/", $area, ".ftl")),
        )),+]
    };
}

/// All files, by area.
pub const FILES: &[(&str, &str, &str)] = files![
    "common", "identity", "rating", "mine", "office", "public", "audit", "charts", "files",
    "notices", "api", "leader"
];

/// The messages of both languages.
pub struct Catalogue {
    zh: Bundle,
    en: Bundle,
}

/// A message file that can't be read: a mistake in the program.
#[derive(Debug)]
pub struct BadWords(pub String);

impl fmt::Display for BadWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a file of messages can't be read: {}", self.0)
    }
}

impl std::error::Error for BadWords {}

impl Catalogue {
    /// Reads the built-in files.
    ///
    /// # Errors
    /// [`BadWords`] when one isn't Fluent or names a message twice.
    pub fn new() -> Result<Self, BadWords> {
        let (mut zh, mut en) = (bundle("zh-CN")?, bundle("en")?);
        for (area, chinese, english) in FILES {
            add(&mut zh, area, chinese)?;
            add(&mut en, area, english)?;
        }
        Ok(Self { zh, en })
    }

    /// The words of a language.
    #[must_use]
    pub const fn of(&self, lang: Lang) -> Words<'_> {
        let bundle = match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        };
        Words { lang, bundle }
    }
}

fn bundle(tag: &str) -> Result<Bundle, BadWords> {
    let tag: LanguageIdentifier = tag
        .parse()
        .map_err(|error| BadWords(format!("{tag}: {error:?}")))?;
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Isolation marks would show up as boxes in attributes and exports.
    bundle.set_use_isolating(false);
    Ok(bundle)
}

fn add(bundle: &mut Bundle, area: &str, text: &str) -> Result<(), BadWords> {
    let resource = FluentResource::try_new(text.to_owned())
        .map_err(|(_, errors)| BadWords(format!("{area}: {errors:?}")))?;
    bundle
        .add_resource(resource)
        .map_err(|errors| BadWords(format!("{area}: {errors:?}")))
}

/// The words of one language.
#[derive(Clone, Copy)]
pub struct Words<'w> {
    /// Which.
    pub lang: Lang,
    bundle: &'w Bundle,
}

impl<'w> Words<'w> {
    /// A message without arguments. A message that doesn't exist shows its id; a test finds those.
    #[must_use]
    pub fn t(&self, id: &str) -> Cow<'w, str> {
        self.format(id, None)
    }

    /// A message that is all text, as it stands in its file; one with arguments or that doesn't exist shows its id.
    #[must_use]
    pub fn plain<'i>(&self, id: &'i str) -> &'i str
    where
        'w: 'i,
    {
        let message = self.bundle.get_message(id);
        let Some(pattern) = message.and_then(|message| message.value()) else {
            return id;
        };
        match self.bundle.format_pattern(pattern, None, &mut Vec::new()) {
            Cow::Borrowed(text) => text,
            Cow::Owned(_) => id,
        }
    }

    /// A message about a number, `$n`.
    #[must_use]
    pub fn n(&self, id: &str, n: impl Into<FluentValue<'static>>) -> Cow<'w, str> {
        self.a(id, "n", n)
    }

    /// A message with one argument.
    #[must_use]
    pub fn a(&self, id: &str, name: &str, value: impl Into<FluentValue<'static>>) -> Cow<'w, str> {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), value.into());
        self.format(id, Some(&args))
    }

    /// A message with several arguments, all of them texts.
    #[must_use]
    pub fn with(&self, id: &str, values: &[(&str, &str)]) -> Cow<'w, str> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), (*value).to_owned());
        }
        self.format(id, Some(&args))
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Cow<'w, str> {
        let (id, attribute) = match id.split_once('.') {
            Some((id, attribute)) => (id, Some(attribute)),
            None => (id, None),
        };
        let message = self.bundle.get_message(id);
        let pattern = message.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else {
            return Cow::Owned(id.to_owned());
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        Cow::Owned(text.into_owned())
    }

    /// Whether there is such a message.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// What the campaign's rules call something.
    #[must_use]
    pub fn of<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// What the core says.
    #[must_use]
    pub fn say<'t>(&self, say: &'t Say) -> &'t str {
        say.get(self.lang)
    }

    /// A day, such as 2026年10月1日 or 1 October 2026.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        let (year, month, day) = date.parts();
        match self.lang {
            Lang::Zh => format!("{year}年{month}月{day}日"),
            Lang::En => {
                let month = MONTHS.get(usize::try_from(month - 1).unwrap_or(0));
                format!("{day} {} {year}", month.copied().unwrap_or_default())
            }
        }
    }

    /// A period, such as 2026年10月 or October 2026.
    #[must_use]
    pub fn period(&self, period: rulebook::Period) -> String {
        let (year, month) = period.starts();
        let number = u32::from(month);
        match (self.lang, period.kind()) {
            (Lang::Zh, rulebook::PeriodKind::Month) => format!("{year}年{}月", number + 1),
            (Lang::Zh, rulebook::PeriodKind::Quarter) => format!("{year}年{}季度", number / 3 + 1),
            (Lang::Zh, rulebook::PeriodKind::HalfYear) if month < 6 => format!("{year}年上半年"),
            (Lang::Zh, rulebook::PeriodKind::HalfYear) => format!("{year}年下半年"),
            (Lang::Zh, rulebook::PeriodKind::Year) => format!("{year}年"),
            (Lang::En, rulebook::PeriodKind::Month) => {
                let month = MONTHS.get(usize::from(month)).copied();
                format!("{} {year}", month.unwrap_or_default())
            }
            (Lang::En, _) => period.to_string(),
        }
    }

    /// A number with at most so many decimals, without trailing zeros.
    #[must_use]
    pub fn num(&self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        match text {
            "-0" => "0".to_owned(),
            text => text.replace('-', "−"),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
