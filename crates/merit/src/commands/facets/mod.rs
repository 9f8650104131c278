//! `merit facets`: the many-facet Rasch model of ordinal marks. The crate `inference` does the work.

mod input;
mod show;
mod words;

use inference::facets::{Drift, Fit, Model, Slopes, Steps, Unlinked, drift, fit};
use rulebook::say;

use crate::args::delivery::Layout;
use crate::args::facets::{self, Facets, Part};
use crate::failure::Failure;
use crate::terminal;
use input::Sheet;

/// All that is shown.
struct Report {
    sheet: Sheet,
    model: Model,
    fit: Fit,
    drift: Option<Drift>,
}

/// Fits the model to a table and delivers what it says in the layout asked for.
pub fn run(args: &Facets) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    if args.part == Some(Part::Drift) && args.period.is_none() {
        return Err(Failure::Usage(say!(
            "--part drift 要有期;用 --period 指明它的列",
            "--part drift needs periods; name their column with --period"
        )));
    }
    let sheet = input::read(args)?;
    let report = report(sheet, model(args))?;
    words::warnings(&report).iter().for_each(terminal::warning);
    let text = match layout {
        Layout::Table => show::table(&report, args.part),
        Layout::Csv => show::csv(&report, args.part.unwrap_or(Part::Judges)),
        Layout::Json => show::json(&report),
    };
    args.delivery.deliver(layout, &text)
}

fn model(args: &Facets) -> Model {
    Model {
        slopes: match args.slopes {
            facets::Slopes::None => Slopes::None,
            facets::Slopes::Judges => Slopes::Judges,
            facets::Slopes::Items => Slopes::Items,
            facets::Slopes::Both => Slopes::Both,
        },
        steps: match args.steps {
            facets::Steps::PerItem => Steps::PerItem,
            facets::Steps::Common => Steps::Common,
        },
        unlinked: match args.unlinked {
            facets::Unlinked::Refused => Unlinked::Refused,
            facets::Unlinked::AtRandom => Unlinked::AtRandom,
        },
        ..Model::default()
    }
}

fn report(sheet: Sheet, model: Model) -> Result<Report, Failure> {
    let refused = |fault| words::refused(&fault, &sheet);
    let marks = sheet.marks();
    let fit = fit(&marks, &model).map_err(refused)?;
    let periods = sheet.periods.len();
    let drift = if periods > 0 {
        Some(drift(&marks, &sheet.period, periods, &model).map_err(refused)?)
    } else {
        None
    };
    Ok(Report {
        sheet,
        model,
        fit,
        drift,
    })
}
