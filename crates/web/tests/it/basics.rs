//! What holds for every page.

use crate::support::Running;

#[test]
fn the_first_page_speaks_both_languages() {
    let browser = Running::shared().browser();
    let chinese = browser.get("/");
    assert_eq!(chinese.status, 200, "{}", chinese.body);
    assert!(chinese.body.contains("<html lang=\"zh-CN\">"));
    let english = browser.get("/?lang=en");
    assert!(english.body.contains("<html lang=\"en\">"));
    assert!(
        browser.get("/").body.contains("<html lang=\"en\">"),
        "the choice is kept"
    );
}

#[test]
fn a_wrong_password_brings_the_page_back_with_the_login_kept() {
    let browser = Running::shared().browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("login", "office"),
        ("password", "wrong"),
    ];
    let answer = browser.post("/sign-in", &form);
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("value=\"office\""));
    assert!(answer.body.contains("aria-invalid"));
}

#[test]
fn whoever_signs_in_is_greeted_and_can_sign_out() {
    let running = Running::shared();
    let browser = running.signed_in("office");
    let page = browser.get("/");
    assert!(page.body.contains("action=\"/sign-out\""));
    let csrf = page.hidden("csrf");
    assert_eq!(browser.post("/sign-out", &[("csrf", "wrong")]).status, 403);
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).status, 303);
    assert!(!browser.get("/").body.contains("action=\"/sign-out\""));
}

#[test]
fn what_isnt_there_is_a_page_with_a_remedy() {
    let answer = Running::shared().browser().get("/nowhere");
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("not-found"));
    let api = Running::shared().browser().get("/api/v1/nowhere");
    assert_eq!(
        (api.status, api.header("content-type")),
        (404, Some("application/problem+json"))
    );
}
