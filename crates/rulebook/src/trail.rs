//! Paths into written items and hints for names that don't exist: shared by what resolves and what checks.

use crate::diagnostic::Step;
use crate::{Place, Say, Spot, say};

/// So many known names are listed where none is close to the one written.
const NAMES_LISTED: usize = 8;

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(position: usize) -> Self {
        Self::At(position)
    }
}

/// The place inside `outer` that `steps` lead to.
pub(crate) fn inside<const N: usize>(outer: &Place, steps: [Step; N]) -> Place {
    let mut path = match &outer.spot {
        Spot::Item(path) => path.clone(),
        Spot::Whole | Spot::Bytes(_) | Spot::Cell { .. } => Vec::new(),
    };
    path.extend(steps);
    Place::item(outer.file.clone(), path)
}

/// Builds a place: `at!(outer, "indicator", 3, "measure")`.
macro_rules! at {
    ($outer:expr $(, $step:expr)* $(,)?) => {
        $crate::trail::inside($outer, [$($crate::diagnostic::Step::from($step)),*])
    };
}
pub(crate) use at;

/// What to do about a name that doesn't exist: the closest known one, else the ones there are.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Say {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    if let Some(close) = closest(name, &known) {
        return say!("是不是“{close}”?", "Did you mean `{close}`?");
    }
    if known.is_empty() {
        return say!(
            "先在活动文件夹里写出它",
            "Define it in the campaign folder first"
        );
    }
    let more = known.len() > NAMES_LISTED;
    known.truncate(NAMES_LISTED);
    let (zh, en) = (known.join("、"), known.join(", "));
    let (zh_more, en_more) = if more { ("等", ", …") } else { ("", "") };
    say!("可用的有:{zh}{zh_more}", "Known are: {en}{en_more}")
}

/// The known name that `name` most likely stands for.
fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_closest_else_lists() {
        assert_eq!(
            did_you_mean("meetngs", ["meetings", "visits"]).en,
            "Did you mean `meetings`?"
        );
        assert_eq!(did_you_mean("xyz", ["b", "a"]).en, "Known are: a, b");
        assert_eq!(did_you_mean("x", []).zh, "先在活动文件夹里写出它");
    }

    #[test]
    fn steps_into_items() {
        let outer = Place::item("a.toml", vec!["measure".into(), 2.into()]);
        let path = vec!["measure".into(), 2.into(), "range".into()];
        assert_eq!(at!(&outer, "range"), Place::item("a.toml", path));
        assert_eq!(
            at!(&Place::whole("a.toml"), "x"),
            Place::item("a.toml", vec!["x".into()])
        );
    }
}
