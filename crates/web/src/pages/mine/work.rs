//! Work: tasks, promises, rectifications, requests.

use campaign::work::{Item, Stage};

use super::body::say;
use crate::asked::Asked;

/// How an item stands.
pub fn stage(asked: &Asked<'_>, item: &Item) -> &'static str {
    match item.stage {
        Stage::Offered => say(asked, "等待答复", "waits for an answer"),
        Stage::Declined => say(asked, "没有接受", "declined"),
        Stage::Unanswered => say(asked, "到期没有答复", "not answered in time"),
        Stage::InHand => say(asked, "正在办", "in hand"),
        Stage::Finished => say(asked, "办完,等待检查", "done, to be checked"),
        Stage::Closed => say(asked, "已办结", "closed"),
        Stage::Groundless => say(asked, "没有依据,已说明", "without ground, explained"),
    }
}
