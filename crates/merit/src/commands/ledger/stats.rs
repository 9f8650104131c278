//! `merit ledger stats`: how much a ledger holds.

use ledger::stats::{Amount, Stats, stats};
use serde_json::{Value, json};

use rulebook::say;

use super::{grouped, location, open, pretty, words};
use crate::args::ledger::Stats as Args;
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::output::columns::{Align, table};
use crate::terminal;

/// Counts what is there and tells it.
pub fn run(args: &Args) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let mut store = open(&place)?;
    let stats = stats(store.as_mut()).map_err(|error| words::store(&place, &error))?;
    terminal::print(&if args.json {
        pretty(&document(&stats))?
    } else {
        shown(&stats)
    })
}

fn shown(stats: &Stats) -> String {
    let header = [
        "",
        tr("个数", "count"),
        tr("字节", "bytes"),
        tr("最大", "largest"),
    ];
    let rows = [
        (tr("记录", "entries"), stats.entries),
        (tr("检查点", "checkpoints"), stats.checkpoints),
        (tr("树块", "tiles"), stats.tiles),
        (tr("保险库", "vault"), stats.items),
    ];
    let rows = rows.map(|(name, amount)| row(name, amount));
    let align = [Align::Left, Align::Right, Align::Right, Align::Right];
    let covered = grouped(stats.covered);
    let uncovered = grouped(stats.entries.count.saturating_sub(stats.covered));
    let signed = say!(
        "有签名的记录 {covered} 条,还没有的 {uncovered} 条",
        "{covered} entries signed, {uncovered} not yet"
    );
    format!(
        "{}{}\n",
        table(&align, &header, &rows, ""),
        signed.get(lang())
    )
}

fn row(name: &str, amount: Amount) -> Vec<String> {
    let [count, bytes, largest] = [amount.count, amount.bytes, amount.largest].map(grouped);
    vec![name.to_owned(), count, bytes, largest]
}

fn document(stats: &Stats) -> Value {
    let amount = |amount: Amount| json!({ "count": amount.count, "bytes": amount.bytes, "largest": amount.largest });
    json!({
        "entries": amount(stats.entries),
        "checkpoints": amount(stats.checkpoints),
        "tiles": amount(stats.tiles),
        "vault": amount(stats.items),
        "covered": stats.covered,
    })
}
