//! The campaign's first page.

use super::results;
use super::sheet::{Part, Sheet};
use crate::asked::{Asked, At};
use crate::files::Cell;
use crate::reply::Answer;

/// Shows it.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let (w, file) = (asked.words, &asked.book()?.campaign.file);
    let mut sheet = Sheet::new(w.of(&file.name));
    if let Some(about) = &file.about {
        sheet.add(Part::Text(w.of(about).to_owned()));
    }
    sheet.add(Part::Heading(w.t("public-latest").into_owned()));
    match results::published(asked.state).first() {
        Some((id, one, on)) => {
            let title = w.a("public-circular-of", "period", w.period(one.period));
            let link = Cell::link(
                format!("{title} · {}", w.date(*on)),
                format!("/circulars/{id}"),
            );
            sheet.add(Part::List(vec![link]));
        }
        None => sheet.add(Part::Quiet(w.t("public-no-circulars").into_owned())),
    }
    if let Some((period, _)) = asked.state.periods.last_final() {
        sheet.add(Part::Heading(w.t("public-categories").into_owned()));
        let link = |category: &rulebook::model::Category| {
            let to = format!("/categories/{}/{period}", category.id.as_str());
            Cell::link(w.of(&category.name), to)
        };
        sheet.add(Part::List(file.category.iter().map(link).collect()));
    }
    sheet.add(Part::Heading(w.t("public-rate").into_owned()));
    sheet.add(Part::Text(w.t("public-rate-how").into_owned()));
    sheet.add(Part::Heading(w.t("public-aims").into_owned()));
    let aims = file.aims.iter().map(|aim| Cell::text(w.of(aim)));
    sheet.add(Part::List(aims.collect()));
    let more = [
        ("/promises", "public-promises"),
        ("/services", "public-services"),
        ("/honours", "public-honours"),
        ("/log", "public-log"),
    ];
    sheet.add(Part::Heading(w.t("public-more").into_owned()));
    let more = more.map(|(to, id)| Cell::link(w.t(id), to));
    sheet.add(Part::List(more.to_vec()));
    sheet.answer(asked, at)
}
