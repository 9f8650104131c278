//! The pages of those who take part.

use crate::support::{Answered, Browser, Running};

/// The first link on a page that begins so.
fn link(page: &Answered, start: &str) -> Option<String> {
    let at = page.body.find(&format!("href=\"{start}"))? + 6;
    let rest = &page.body[at..];
    let found = rest[..rest.find('"')?]
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    Some(found)
}

/// The unit whose forms stand on someone's page.
fn unit(browser: &Browser) -> String {
    let page = browser.get("/me");
    assert_eq!(page.status, 200, "{}", page.body);
    let to = link(&page, "/units/").unwrap_or_else(|| panic!("no form in {}", page.body));
    to.split('/').nth(2).unwrap().to_owned()
}

#[test]
fn my_month_asks_for_an_account() {
    let answer = Running::shared().browser().get("/me");
    assert!(
        [303, 401, 404].contains(&answer.status),
        "{}",
        answer.status
    );
}

#[test]
fn every_account_has_a_month() {
    let running = Running::shared();
    for login in [
        "office",
        "secretary",
        "visitor",
        "leader",
        "reviewer",
        "desk",
        "member",
    ] {
        let page = running.signed_in(login).get("/me");
        assert_eq!(page.status, 200, "{login}: {}", page.body);
    }
}

#[test]
fn a_form_filled_wrongly_comes_back_and_filled_well_is_filed_once() {
    let running = Running::start();
    let browser = running.signed_in("member");
    let form = format!("/units/{}/forms/service", unit(&browser));
    let shown = browser.get(&form);
    assert_eq!(shown.status, 200, "{}", shown.body);
    let (csrf, key, code) = (
        shown.hidden("csrf"),
        shown.hidden("key"),
        shown.hidden("code"),
    );
    let with = |hours: &str| {
        browser.post(
            &form,
            &[
                ("csrf", &csrf),
                ("key", &key),
                ("code", &code),
                ("when", "2026-12-09"),
                ("f.day", "2026-12-09"),
                ("f.what", "帮老人修水管 <b>"),
                ("f.hours", hours),
            ],
        )
    };
    let wrong = with("40");
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("帮老人修水管") && wrong.body.contains("value=\"40\""));
    assert!(wrong.body.contains("class=\"wrong\"") && !wrong.body.contains("<b>"));
    assert_eq!(wrong.hidden("code"), code);
    let before = running.app.host.read().records.len();
    let well = with("3");
    assert_eq!(well.status, 303, "{}", well.body);
    assert_eq!(with("3").status, 303);
    assert_eq!(
        running.app.host.read().records.len(),
        before + 1,
        "sent twice, it happens once"
    );
}

#[test]
fn a_visitor_has_a_plan_that_works_without_network() {
    let running = Running::shared();
    let browser = running.signed_in("visitor");
    let plan = browser.get("/visits");
    assert_eq!(plan.status, 200, "{}", plan.body);
    assert!(plan.body.contains("data-keep") && plan.body.contains("/static/visit."));
    let form = link(&plan, "/units/").unwrap();
    let page = browser.get(&form);
    assert_eq!(page.status, 200, "{form}: {}", page.body);
    assert_eq!(browser.get("/sw.js").status, 200);
}

#[test]
fn whoever_filed_a_record_sees_corrects_and_withdraws_it() {
    let running = Running::start();
    let browser = running.signed_in("member");
    let form = format!("/units/{}/forms/service", unit(&browser));
    let filed = browser.submit(
        &form,
        &form,
        &[
            ("when", "2026-12-09"),
            ("f.day", "2026-12-09"),
            ("f.what", "教老人用手机"),
            ("f.hours", "3"),
        ],
    );
    assert_eq!(filed.status, 303, "{}", filed.body);
    let record = running.app.host.read().records.len() - 1;
    let page = format!("/records/{record}");
    let shown = browser.get(&page);
    assert!(
        shown.status == 200 && shown.body.contains("教老人用手机"),
        "{}",
        shown.body
    );
    let without = browser.submit(&page, &format!("{page}/withdraw"), &[]);
    assert_eq!(without.status, 422, "{}", without.body);
    let corrected = browser.submit(
        &page,
        &format!("{page}/correct"),
        &[
            ("f.day", "2026-12-09"),
            ("f.what", "教老人用手机"),
            ("f.hours", "2"),
            ("reason", "记错了"),
        ],
    );
    assert_eq!(corrected.status, 303, "{}", corrected.body);
    assert!(browser.get(&page).body.contains("记错了"));
    let withdrawn = browser.submit(&page, &format!("{page}/withdraw"), &[("reason", "填重了")]);
    assert_eq!(withdrawn.status, 303, "{}", withdrawn.body);
}

#[test]
fn everyone_has_a_page_of_their_own_in_both_languages() {
    let running = Running::shared();
    for login in ["office", "secretary", "leader", "visitor", "desk", "member"] {
        let browser = running.signed_in(login);
        for lang in ["zh", "en"] {
            let page = browser.get(&format!("/me/person?lang={lang}"));
            assert_eq!(page.status, 200, "{login}: {}", page.body);
            assert!(!page.body.contains(">mine-"), "{login}: {}", page.body);
        }
    }
    let page = running.signed_in("member").get("/me/person?lang=zh");
    for part in [
        "我的职责",
        "我的承诺",
        "学习",
        "台阶",
        "荣誉",
        "党员",
        "从 20",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(page.body.contains("达到条件的是"), "{}", page.body);
    assert_eq!(running.browser().get("/me/person").status, 303);
}

#[test]
fn a_relation_is_declared_once_and_bars_from_judging() {
    let running = Running::start();
    let browser = running.signed_in("member");
    let page = browser.get("/me/person");
    let at = page
        .body
        .find("<datalist id=\"people\">")
        .expect("people to choose from");
    let people: Vec<&str> = page.body[at..].split("value=\"").skip(1).collect();
    let people: Vec<&str> = people
        .iter()
        .filter_map(|one| one.split('"').next())
        .collect();
    let declare =
        |other: &str| browser.submit("/me/person", "/me/person/relation", &[("other", other)]);
    let unknown = declare("没有这个人<i>");
    assert_eq!(unknown.status, 422, "{}", unknown.body);
    assert!(
        unknown.body.contains("没有这个人&#60;i&#62;"),
        "{}",
        unknown.body
    );
    let accounts = running.app.accounts.all().unwrap();
    let member = accounts.iter().find(|account| account.login == "member");
    let myself = member.unwrap().person.to_string();
    assert_eq!(
        declare(&myself).status,
        422,
        "nobody is related to themselves"
    );
    let other = people.iter().find(|person| **person != myself).unwrap();
    let done = declare(other);
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(browser.get("/me/person").body.contains("已申报:"));
    let again = declare(other);
    assert_eq!(again.status, 409, "{}", again.body);
}
