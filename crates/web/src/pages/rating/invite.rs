//! Invitations by people at a desk: codes drawn, shown once, printed; lost batches cancelled; the desk's own device.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use askama::Template;
use campaign::UnitId;
use campaign::id::Name;
use campaign::rating::{Action, BatchId, Filter, Invitation, Voice};
use qrcode::QrCode;
use qrcode::render::svg;
use rulebook::say;

use super::opinion::{self, Choice};
use super::typed::{self, Drawn};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};

/// So many codes at once: ten pages.
const MOST: usize = 240;
/// For so many seconds a sheet waits to be looked at.
const WAITS: i64 = 300;

struct Waiting {
    unit: UnitId,
    since: i64,
    codes: Vec<String>,
}

/// Sheets drawn and not yet looked at. In memory only: codes are written down nowhere.
static SHEETS: LazyLock<Mutex<HashMap<String, Waiting>>> = LazyLock::new(Mutex::default);

struct Line<'a> {
    number: u32,
    service: Option<&'a str>,
    group: Option<&'a str>,
    codes: u32,
    until: String,
    state: &'static str,
    open: bool,
    /// Why it is cancelled, as it was entered.
    reason: String,
}

#[derive(Template)]
#[template(path = "rating/invitations.html")]
struct Invitations<'a> {
    page: Page<'a>,
    unit: String,
    unit_name: &'a str,
    services: Vec<Choice<'a>>,
    groups: Vec<Choice<'a>>,
    count: String,
    invited: u32,
    batches: Vec<Line<'a>>,
    /// A reason that was entered for a batch that is cancelled already.
    lost: String,
    wall: Slip,
}

/// Shows the form and the batches.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let kept = |name: &str| asked.kept.map_or("", |kept| kept.fields.get(name));
    let ratings = &asked.state.ratings;
    let filter = Filter {
        unit: Some(&unit),
        ..Filter::default()
    };
    let period = asked.book()?.calendar.period_of(asked.today);
    let mut batches: Vec<Line<'_>> = ratings.batches_of(&unit).map(|b| line(asked, &b)).collect();
    batches.reverse();
    Reply::page(&Invitations {
        page: Page::new(asked, asked.words.t("rating-invitations")),
        unit: unit.to_string(),
        unit_name: asked.unit_name(&unit),
        services: opinion::services(asked, &unit, kept("service")),
        groups: opinion::groups(asked, kept("group")),
        count: match kept("count") {
            "" => "24".to_owned(),
            count => count.to_owned(),
        },
        invited: ratings.invited(period, filter).0,
        lost: match batches.iter().any(|b| b.open && !b.reason.is_empty()) {
            true => String::new(),
            false => kept("reason").to_owned(),
        },
        batches,
        wall: wall(asked, &unit)?,
    })
}

/// The code for a wall or a plaque: it opens a rating without an invitation.
fn wall(asked: &Asked<'_>, unit: &UnitId) -> Result<Slip, Problem> {
    let link = format!("{}/rate/{unit}", asked.app.settings.base);
    Ok(Slip {
        svg: picture(&link)?,
        code: String::new(),
        link,
    })
}

fn line<'a>(asked: &Asked<'a>, batch: &Invitation<'_>) -> Line<'a> {
    let state = match batch {
        batch if batch.cancelled => "rating-state-cancelled",
        batch if batch.until < asked.today => "rating-state-expired",
        _ => "rating-state-open",
    };
    let number = batch.batch.0.to_string();
    let kept = asked.kept.map(|kept| &kept.fields);
    let kept = kept.filter(|kept| kept.get("batch") == number);
    Line {
        number: batch.batch.0,
        service: opinion::service_name(asked, batch.service),
        group: opinion::group_name(asked, batch.group),
        codes: batch.codes,
        until: asked.words.date(batch.until),
        state,
        open: !batch.cancelled,
        reason: kept.map_or_else(String::new, |kept| kept.get("reason").to_owned()),
    }
}

fn invitation(
    unit: UnitId,
    service: &str,
    group: &str,
    voice: Voice,
    drawn: &[Drawn],
) -> campaign::Action {
    let named = |name: &str| (!name.is_empty()).then(|| Name::from(name));
    campaign::Action::Rating(Action::Invite {
        unit,
        service: named(service),
        group: named(group),
        voice,
        tickets: drawn.iter().map(|drawn| drawn.code.ticket()).collect(),
    })
}

/// Draws codes.
///
/// The form's key isn't used: sent twice, it makes two batches, and never a sheet of codes that were not entered.
pub fn draw(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    let mut problem = Problem::fields();
    let count: usize = fields.parse("count", "24", &mut problem).unwrap_or(0);
    if count == 0 || count > MOST {
        problem.wrong("count", say!("填 1 到 {MOST}。", "Between 1 and {MOST}."));
    }
    problem.settle()?;
    let drawn = (0..count)
        .map(|_| typed::draw())
        .collect::<Result<Vec<_>, _>>()?;
    let voice = match fields.get("voice") {
        "guardian" => Voice::Guardian,
        _ => Voice::Own,
    };
    let token = crate::act::new_key()?.to_string();
    let action = invitation(
        unit.clone(),
        fields.get("service"),
        fields.get("group"),
        voice,
        &drawn,
    );
    let then = format!("/units/{unit}/invitations/sheet?of={token}");
    let now = asked.app.now().0;
    let waiting = Waiting {
        unit,
        since: now,
        codes: drawn.into_iter().map(|drawn| drawn.written).collect(),
    };
    let mut sheets = SHEETS.lock().unwrap_or_else(PoisonError::into_inner);
    sheets.retain(|_, sheet| now - sheet.since < WAITS);
    sheets.insert(token, waiting);
    Ok(Plan::new(action, then, ""))
}

/// Cancels a batch of this unit.
pub fn cancel(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    let mut problem = Problem::fields();
    let batch: Option<u32> = fields.parse("batch", "12", &mut problem);
    let reason = fields.need("reason", &mut problem);
    problem.settle()?;
    let mut batches = asked.state.ratings.batches_of(&unit);
    let batch = batches.find(|known| Some(known.batch.0) == batch);
    let batch: BatchId = batch.ok_or_else(Problem::not_found)?.batch;
    let mut writing = crate::vault::Writing::new();
    let reason = writing.text("reason", reason)?;
    let action = campaign::Action::Rating(Action::Cancel { batch, reason });
    let then = format!("/units/{unit}/invitations");
    Ok(Plan::new(action, then, "rating-cancelled-flash").with(writing))
}

struct Slip {
    link: String,
    svg: String,
    code: String,
}

#[derive(Template)]
#[template(path = "rating/sheet.html")]
struct Sheet<'a> {
    page: Page<'a>,
    css: &'a str,
    unit: String,
    unit_name: &'a str,
    service: Option<&'a str>,
    group: Option<&'a str>,
    until: String,
    slips: Vec<Slip>,
    typed_at: String,
}

/// The codes just drawn, once.
pub fn sheet(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, now) = (at.unit()?, asked.app.now().0);
    let taken = {
        let mut sheets = SHEETS.lock().unwrap_or_else(PoisonError::into_inner);
        sheets.remove(at.query.get("of"))
    };
    let taken = taken.filter(|sheet| sheet.unit == unit && now - sheet.since < WAITS);
    let codes = taken.map(|sheet| sheet.codes).unwrap_or_default();
    let first = codes.first().and_then(|code| typed::read(code));
    let batch = first.and_then(|code| asked.state.ratings.invitation(code.ticket()));
    let base = &asked.app.settings.base;
    let slips = codes
        .iter()
        .filter(|_| batch.is_some())
        .map(|code| slip(base, code));
    Reply::page(&Sheet {
        css: asked.app.assets.path("rate.css"),
        unit: unit.to_string(),
        unit_name: asked.unit_name(&unit),
        service: batch.and_then(|batch| opinion::service_name(asked, batch.service)),
        group: batch.and_then(|batch| opinion::group_name(asked, batch.group)),
        until: batch.map_or_else(String::new, |batch| asked.words.date(batch.until)),
        slips: slips.collect::<Result<_, _>>()?,
        typed_at: format!("{base}/r"),
        page: Page::new(asked, asked.words.t("rating-sheet-title")),
    })
}

fn slip(base: &str, code: &str) -> Result<Slip, Problem> {
    let link = format!("{base}/r/{code}");
    Ok(Slip {
        svg: picture(&link)?,
        code: typed::grouped(code),
        link,
    })
}

/// A link as a QR code.
fn picture(link: &str) -> Result<String, Problem> {
    let qr = QrCode::new(link).map_err(|_| Problem::broken())?;
    let svg = qr
        .render::<svg::Color<'_>>()
        .min_dimensions(120, 120)
        .build();
    let at = svg.find("<svg").unwrap_or(0);
    Ok(svg.get(at..).unwrap_or_default().to_owned())
}

#[derive(Template)]
#[template(path = "rating/kiosk.html")]
struct Kiosk<'a> {
    page: Page<'a>,
    css: &'a str,
    unit_name: &'a str,
    service: &'a str,
}

/// The start of a desk's device.
pub fn kiosk(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, name) = (at.unit()?, Name::from(at.part("service")?));
    let service = opinion::service_name(asked, Some(&name)).ok_or_else(Problem::not_found)?;
    Reply::page(&Kiosk {
        css: asked.app.assets.path("rate.css"),
        unit_name: asked.unit_name(&unit),
        service,
        page: Page::new(asked, asked.words.t("rating-kiosk-title")),
    })
}

/// Draws one invitation for whoever stands before the device.
pub fn kiosk_draw(_asked: &Asked<'_>, at: &At, _fields: &Fields) -> Result<Plan, Problem> {
    let (unit, service) = (at.unit()?, at.part("service")?);
    let drawn = typed::draw()?;
    let then = format!("/r/{}?kiosk={unit}/{service}", drawn.written);
    let action = invitation(unit, service, "", Voice::Own, &[drawn]);
    Ok(Plan::new(action, then, ""))
}
