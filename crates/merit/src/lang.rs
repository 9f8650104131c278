//! In which language Merit speaks: `--lang`, else the locale, Chinese or English.

use std::sync::OnceLock;

use rulebook::Lang;

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// Chooses the language before the arguments are read, since their help is already in it.
pub fn choose() {
    let asked = asked(std::env::args().skip(1));
    let lang = asked.unwrap_or_else(|| of_locale(sys_locale::get_locale().as_deref()));
    // Chosen once, at the start of `main`.
    let _ = CHOSEN.set(lang);
}

/// The language chosen.
pub fn lang() -> Lang {
    *CHOSEN.get_or_init(Lang::default)
}

/// The one of two texts that is in the language chosen.
pub fn tr(zh: &'static str, en: &'static str) -> &'static str {
    lang().pick(zh, en)
}

/// The language that `--lang` names; what it can't be is said when the arguments are read.
fn asked(mut args: impl Iterator<Item = String>) -> Option<Lang> {
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--lang") {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        match value.as_deref() {
            Some("zh") => return Some(Lang::Zh),
            Some("en") => return Some(Lang::En),
            _ => {}
        }
    }
    None
}

/// Chinese where the locale is Chinese; English for any other, and where none is set.
fn of_locale(locale: Option<&str>) -> Lang {
    match locale {
        Some(locale) if locale.to_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_in(args: &[&str]) -> Option<Lang> {
        asked(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn the_option_is_found_wherever_it_stands() {
        assert_eq!(asked_in(&["check", "--lang", "zh", "x"]), Some(Lang::Zh));
        assert_eq!(asked_in(&["--lang=en"]), Some(Lang::En));
        assert_eq!(asked_in(&["--lang", "fr"]), None);
        assert_eq!(asked_in(&["--language", "zh"]), None);
    }

    #[test]
    fn the_locale_decides_otherwise() {
        assert_eq!(of_locale(Some("zh-CN")), Lang::Zh);
        assert_eq!(of_locale(Some("ZH")), Lang::Zh);
        assert_eq!(of_locale(Some("C")), Lang::En);
        assert_eq!(of_locale(None), Lang::En);
    }
}
