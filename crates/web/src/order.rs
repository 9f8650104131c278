//! The order of names: by pinyin in Chinese, by the alphabet in English.

use std::cmp::Ordering;
use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use rulebook::Lang;

fn collator(preferences: CollatorPreferences) -> Option<CollatorBorrowed<'static>> {
    Collator::try_new(preferences, CollatorOptions::default()).ok()
}

static ZH: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| collator(icu_locale("zh")));
static EN: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| collator(icu_locale("en")));

fn icu_locale(tag: &str) -> CollatorPreferences {
    icu_locale_core::Locale::try_from_str(tag)
        .map(CollatorPreferences::from)
        .unwrap_or_default()
}

/// Which of two names comes first.
#[must_use]
pub fn names(lang: Lang, a: &str, b: &str) -> Ordering {
    let collator = match lang {
        Lang::Zh => &*ZH,
        Lang::En => &*EN,
    };
    collator
        .as_ref()
        .map_or_else(|| a.cmp(b), |collator| collator.compare(a, b))
}
