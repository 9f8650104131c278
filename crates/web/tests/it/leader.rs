//! The page of those who lead: exceptions first, then their own duties.

use std::sync::atomic::Ordering;

use campaign::work::Stage;
use rulebook::model::WorkKind;

use crate::support::Running;

#[test]
fn exceptions_come_first_and_duties_after_in_both_languages() {
    let running = Running::shared();
    let leader = running.signed_in("leader");
    for lang in ["zh", "en"] {
        let page = leader.get(&format!("/leader?lang={lang}"));
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(!page.body.contains("style="));
        assert!(!page.body.contains(">leader-"), "a word is missing: {}", page.body);
    }
    let page = leader.get("/leader?lang=en").body;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
    assert!(at("filed in time") < at("Double duty"));
    assert!(at("Promises not kept in time") < at("My own promises"));
    assert!(leader.get("/").body.contains("href=\"/leader\""));
}

#[test]
fn the_page_of_leaders_does_not_exist_for_others() {
    let running = Running::shared();
    assert_ne!(running.browser().get("/leader").status, 200);
    let member = running.signed_in("member");
    assert_eq!(member.get("/leader").status, 404);
    assert!(!member.get("/").body.contains("href=\"/leader\""));
}

#[test]
fn promises_that_are_broken_are_listed_with_their_unit() {
    let running = Running::start();
    running.time.fetch_add(400 * 86_400, Ordering::SeqCst);
    let leader = running.signed_in("leader");
    let page = leader.get("/leader?lang=en");
    assert_eq!(page.status, 200, "{}", page.body);
    let state = running.app.host.read();
    let today = running.app.today(&state);
    let mut late = state.work.overdue(today);
    let broken = late.find(|(_, item)| {
        item.kind == WorkKind::Promise && item.stage == Stage::InHand
    });
    let (id, item) = broken.expect("a promise of the demo is late in a year");
    assert!(page.body.contains(&format!("href=\"/work/{}\"", id.0)), "{}", page.body);
    let unit = item.holder().unwrap();
    assert!(page.body.contains(&format!("href=\"/units/{unit}\"")));
}
