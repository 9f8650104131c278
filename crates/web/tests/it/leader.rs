//! The page of those who lead: exceptions first, then their own duties.

use std::sync::atomic::Ordering;

use crate::support::Running;

#[test]
fn exceptions_come_first_and_duties_after_in_both_languages() {
    let running = Running::shared();
    let leader = running.signed_in("leader");
    for lang in ["zh", "en"] {
        let page = leader.get(&format!("/leader?lang={lang}"));
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(!page.body.contains("style="));
        assert!(
            !page.body.contains(">leader-"),
            "a word is missing: {}",
            page.body
        );
    }
    let page = leader.get("/leader?lang=en").body;
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("no {text} in {page}"))
    };
    assert!(at("filed in time") < at("Double duty"));
    assert!(at("Promises not kept in time") < at("A public promise can be made"));
    assert!(leader.get("/").body.contains("href=\"/leader\""));
}

#[test]
fn the_page_of_leaders_does_not_exist_for_others() {
    let running = Running::shared();
    assert_ne!(running.browser().get("/leader").status, 200);
    let auditor = running.signed_in("auditor");
    assert_eq!(auditor.get("/leader").status, 404);
    assert!(!auditor.get("/").body.contains("href=\"/leader\""));
}

#[test]
fn promises_that_are_broken_are_listed_with_their_unit() {
    let running = Running::start();
    let secretary = running.signed_in("secretary");
    let unit = {
        let accounts = running.app.accounts.all().unwrap();
        let account = accounts.into_iter().find(|one| one.login == "secretary");
        let state = running.app.host.read();
        let today = running.app.today(&state);
        let unit = state
            .organisation
            .unit_of(&account.unwrap().person, today)
            .cloned();
        unit.unwrap()
    };
    let page = format!("/units/{unit}/promises/new");
    let code = secretary.get(&page).hidden("code");
    let promise = [
        ("code", code.as_str()),
        ("title", "年底前修好后山水渠"),
        ("start", "0"),
        ("target", "1.8"),
        ("due", "2026-12-20"),
    ];
    let made = secretary.submit(&page, &page, &promise);
    assert_eq!(made.status, 303, "{}", made.body);
    let id = running.app.host.read().work.items().next_back().unwrap().0;
    let work = format!("href=\"/work/{}\"", id.0);
    let leader = running.signed_in("leader");
    assert!(!leader.get("/leader").body.contains(&work), "not late yet");
    running.time.fetch_add(30 * 86_400, Ordering::SeqCst);
    let page = running.signed_in("leader").get("/leader").body;
    assert!(
        page.contains(&work) && page.contains("修好后山水渠"),
        "{page}"
    );
    assert!(page.contains(&format!("href=\"/units/{unit}\"")));
}
