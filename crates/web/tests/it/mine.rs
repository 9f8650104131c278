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

#[test]
#[expect(clippy::too_many_lines, reason = "a story, told in one")]
fn anyone_asks_without_an_account_follows_it_and_says_how_it_was_done() {
    let running = Running::start();
    let nobody = running.browser();
    let member = running.signed_in("member");
    let unit = unit(&member);
    let form = nobody.get(&format!("/ask?unit={unit}"));
    let (key, code) = (form.hidden("key"), form.hidden("code"));
    let name = running
        .app
        .host
        .read()
        .organisation
        .facts(
            &unit.as_str().into(),
            campaign::Date::of(2026, 12, 9).unwrap(),
        )
        .unwrap()
        .name
        .clone();
    let send = || {
        let fields = [
            ("key", key.as_str()),
            ("code", &code),
            ("kind", "complaint"),
            ("unit", &name),
            ("text", "路灯坏了三个月<b>"),
            ("name", "王小明"),
            ("phone", "13800000000"),
        ];
        nobody.post("/ask", &fields)
    };
    let sent = send();
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(
        sent.header("location"),
        Some(format!("/ask/{code}").as_str())
    );
    assert_eq!(send().status, 303, "sent twice, it happens once");
    let (id, count) = {
        let state = running.app.host.read();
        let requests = state
            .work
            .items()
            .filter(|(_, item)| item.giver == campaign::Actor::Public);
        let ids: Vec<u64> = requests.map(|(id, _)| id.0).collect();
        (*ids.last().unwrap(), ids.len())
    };
    assert_eq!(count, 1);
    let page = nobody.get(&format!("/ask/{code}"));
    assert!(
        page.status == 200 && page.body.contains(&name),
        "{}",
        page.body
    );
    assert_eq!(nobody.get("/ask/00000000000000000000000000").status, 404);
    let work = format!("/work/{id}");
    let inside = member.get(&work).body;
    assert!(
        inside.contains("路灯坏了三个月&#60;b&#62;") && inside.contains("13800000000"),
        "{inside}"
    );
    assert!(
        !member.get("/me").body.contains("路灯"),
        "lists name no request"
    );
    let reviewer = running.signed_in("reviewer").get(&work);
    assert!(
        !reviewer.body.contains("路灯") && !reviewer.body.contains("13800000000"),
        "{}",
        reviewer.body
    );
    let tasks = running.signed_in("office").get("/office/tasks");
    assert!(tasks.status == 200 && !tasks.body.contains("路灯") && !tasks.body.contains("王小明"));
    for (act, field) in [("accept", ("x", "")), ("finish", ("outcome", "换了新灯"))] {
        let done = member.submit(&work, &format!("{work}/{act}"), &[field]);
        assert_eq!(done.status, 303, "{act}: {}", done.body);
    }
    let page = format!("/ask/{code}");
    let judged = nobody.submit(&page, &page, &[("verdict", "returned")]);
    assert_eq!(
        judged.status, 422,
        "who sends it back says why: {}",
        judged.body
    );
    let judged = nobody.submit(&page, &page, &[("verdict", "passed")]);
    assert_eq!(judged.status, 303, "{}", judged.body);
    let closed = nobody.get(&page).body;
    assert!(
        closed.contains("换了新灯") && closed.contains("已办结"),
        "{closed}"
    );
    assert!(!closed.contains("member"), "nobody's name stands there");
}

#[test]
fn requests_from_one_place_are_limited() {
    let running = Running::start();
    let browser = running.browser_at(std::net::Ipv4Addr::new(127, 0, 0, 77));
    let fields = [("kind", "help"), ("text", "请来看看")];
    let statuses: Vec<u16> = (0..11)
        .map(|_| {
            let code = browser.get("/ask").hidden("code");
            let all = [&fields[..], &[("code", code.as_str())]].concat();
            browser.post("/ask", &all).status
        })
        .collect();
    assert_eq!(statuses[..10], [303; 10], "{statuses:?}");
    assert_eq!(statuses[10], 429);
}

/// A unit's secretary objects to its score; gives the objection's page.
fn objected(running: &Running) -> (Browser, String) {
    let secretary = running.signed_in("secretary");
    let unit = unit(&secretary);
    let raise = format!("/units/{unit}/objections/new");
    let page = secretary.get(&format!("{raise}?period=2026-11"));
    let select = page.body.split("name=\"indicator\"").nth(1).unwrap();
    let indicator = select.split("<option value=\"").nth(2).unwrap();
    let indicator = indicator.split('"').next().unwrap();
    let fields = [
        ("period", "2026-11"),
        ("indicator", indicator),
        ("act", "那天我们去了"),
        ("on", "2026-11-20"),
        ("reason", "登记漏了一次"),
    ];
    let raised = secretary.submit(&format!("{raise}?period=2026-11"), &raise, &fields);
    assert_eq!(raised.status, 303, "{}", raised.body);
    let number = running.app.host.read().objections.iter().last().unwrap().0;
    (secretary, format!("/objections/{number}"))
}

#[test]
fn an_objection_is_decided_by_someone_else_appealed_and_decided_by_another() {
    let running = Running::start();
    let (secretary, page) = objected(&running);
    let own = secretary.get(&page);
    assert!(
        own.status == 200 && !own.body.contains(&format!("{page}/decide")),
        "{}",
        own.body
    );
    let reviewer = running.signed_in("reviewer");
    let decide = |who: &Browser, fields: &[(&str, &str)]| {
        who.submit(&page, &format!("{page}/decide"), fields)
    };
    let unfitting = decide(
        &reviewer,
        &[
            ("outcome", "upheld"),
            ("effect", "none"),
            ("reason", "确实漏了"),
        ],
    );
    assert_eq!(unfitting.status, 409, "{}", unfitting.body);
    assert!(
        unfitting.body.contains("确实漏了") && unfitting.body.contains("class=\"wrong\">"),
        "said at the field: {}",
        unfitting.body
    );
    let decided = decide(
        &reviewer,
        &[
            ("outcome", "rejected"),
            ("effect", "none"),
            ("reason", "登记没有漏"),
        ],
    );
    assert_eq!(decided.status, 303, "{}", decided.body);
    let appealed = secretary.submit(
        &page,
        &format!("{page}/appeal"),
        &[("reason", "有照片为证")],
    );
    assert_eq!(appealed.status, 303, "{}", appealed.body);
    let shown = secretary.get(&page).body;
    assert!(shown.contains("有照片为证"), "{shown}");
    let again = decide(
        &reviewer,
        &[
            ("outcome", "rejected"),
            ("effect", "none"),
            ("reason", "还是没有"),
        ],
    );
    assert!(
        [403, 404].contains(&again.status),
        "who decided doesn't decide the appeal: {}",
        again.body
    );
    let panel = running.signed_in("appeals");
    let settled = decide(
        &panel,
        &[
            ("outcome", "partly"),
            ("effect", "none"),
            ("reason", "部分属实"),
        ],
    );
    assert_eq!(settled.status, 303, "{}", settled.body);
    let shown = secretary.get(&page).body;
    for part in ["登记没有漏", "有照片为证", "部分属实"] {
        assert!(shown.contains(part), "both results stay: {part}: {shown}");
    }
}

#[test]
fn an_objection_can_be_withdrawn_by_who_raised_it_alone() {
    let running = Running::start();
    let (secretary, page) = objected(&running);
    let member = running.signed_in("office");
    let other = member.submit(&page, &format!("{page}/withdraw"), &[]);
    assert!([403, 404, 409].contains(&other.status), "{}", other.body);
    let own = secretary.submit(&page, &format!("{page}/withdraw"), &[]);
    assert_eq!(own.status, 303, "{}", own.body);
    assert!(secretary.get(&page).body.contains("已撤回"));
}

#[test]
fn those_helped_confirm_with_their_code_and_without_an_account() {
    let running = Running::start();
    let member = running.signed_in("member");
    let form = format!("/units/{}/forms/service", unit(&member));
    let shown = member.get(&form);
    let (csrf, key, code) = (
        shown.hidden("csrf"),
        shown.hidden("key"),
        shown.hidden("code"),
    );
    let fields = [
        ("csrf", csrf.as_str()),
        ("key", &key),
        ("code", &code),
        ("when", "2026-12-09"),
        ("f.day", "2026-12-09"),
        ("f.what", "帮老人修水管"),
        ("f.hours", "5"),
    ];
    assert_eq!(member.post(&form, &fields).status, 303);
    let page = format!("/confirm/{}", running.app.host.read().records.len() - 1);
    let nobody = running.browser();
    let asked = nobody.get(&page);
    assert!(
        asked.status == 200 && !asked.body.contains("修水管"),
        "{}",
        asked.body
    );
    let confirm = |code: &str, hours: &str| {
        nobody.submit(
            &page,
            &page,
            &[
                ("code", code),
                ("outcome", "found"),
                ("f.hours", hours),
                ("note", "只来了两个小时"),
            ],
        )
    };
    let wrong = confirm("0000000000000000", "2");
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(
        wrong.body.contains("只来了两个小时"),
        "what was entered is kept"
    );
    let same = confirm(&code, "5");
    assert_eq!(same.status, 422, "{}", same.body);
    let found = confirm(&code, "2");
    assert_eq!(found.status, 303, "{}", found.body);
    let record = page.replace("confirm", "records");
    let own = member.get(&record).body;
    assert!(
        own.contains("核实有出入") && own.contains("只来了两个小时"),
        "{own}"
    );
    let answered = member.submit(
        &record,
        &format!("{record}/answer"),
        &[("answer", "路上也算了")],
    );
    assert_eq!(answered.status, 303, "{}", answered.body);
    assert!(member.get("/me/person").body.contains("核实有出入"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a story, told in one")]
fn work_is_declined_with_what_would_make_it_possible_or_done_and_checked() {
    let running = Running::start();
    let nobody = running.browser();
    let member = running.signed_in("member");
    let unit = unit(&member);
    let name = {
        let state = running.app.host.read();
        let today = campaign::Date::of(2026, 12, 9).unwrap();
        state
            .organisation
            .facts(&unit.as_str().into(), today)
            .unwrap()
            .name
            .clone()
    };
    let ask = |text: &str| -> (String, String) {
        let form = nobody.get("/ask");
        let code = form.hidden("code");
        let fields = [
            ("code", code.as_str()),
            ("kind", "help"),
            ("unit", &name),
            ("text", text),
        ];
        assert_eq!(nobody.post("/ask", &fields).status, 303);
        let id = running.app.host.read().work.items().last().unwrap().0.0;
        (format!("/work/{id}"), format!("/ask/{code}"))
    };
    let act = |work: &str, act: &str, fields: &[(&str, &str)]| {
        member.submit(work, &format!("{work}/{act}"), fields).status
    };
    let (work, receipt) = ask("修一条路");
    assert_eq!(
        act(&work, "decline", &[("reason", "没有钱")]),
        422,
        "what would make it possible?"
    );
    assert_eq!(
        act(
            &work,
            "decline",
            &[("reason", "没有钱"), ("possible", "县里给一半")]
        ),
        303
    );
    assert!(
        nobody.get(&receipt).body.contains("县里给一半"),
        "who asked reads why"
    );
    let (work, receipt) = ask("装一盏灯");
    assert_eq!(act(&work, "accept", &[]), 303);
    assert_eq!(
        act(
            &work,
            "hand-over",
            &[("to", "没有这个单位"), ("reason", "不归我们")]
        ),
        422
    );
    assert_eq!(
        act(&work, "hand-over", &[("to", &name), ("reason", "不归我们")]),
        409,
        "not to oneself"
    );
    assert_eq!(act(&work, "help", &[("to", &name)]), 409);
    assert_eq!(act(&work, "finish", &[("outcome", "装了")]), 303);
    let returned = nobody.submit(
        &receipt,
        &receipt,
        &[("verdict", "returned"), ("reason", "不亮")],
    );
    assert_eq!(returned.status, 303, "{}", returned.body);
    assert!(member.get(&work).body.contains("不亮"));
    assert_eq!(act(&work, "groundless", &[("reason", "不归任何人管")]), 303);
    let closed = nobody.get(&receipt).body;
    assert!(closed.contains("不归任何人管"), "{closed}");
}

#[test]
fn an_address_that_takes_forms_leads_back_to_its_page_when_it_is_opened() {
    let running = Running::shared();
    let browser = running.signed_in("member");
    let pages = [
        ("/work/1/finish", "/work/1"),
        ("/work/1/finish?lang=en", "/work/1?lang=en"),
        ("/records/1/withdraw", "/records/1"),
        ("/me/person/relation", "/me/person"),
        ("/account/tokens/end", "/account"),
        ("/units/t001/invitations/cancel", "/units/t001/invitations"),
    ];
    for (from, to) in pages {
        let answer = browser.get(from);
        let location = answer.header("location");
        assert_eq!((answer.status, location), (303, Some(to)), "{from}");
    }
}

#[test]
fn the_visits_beyond_the_first_are_on_further_pages() {
    let browser = Running::shared().signed_in("visitor");
    let page = browser.get("/visits?from=5");
    assert!(
        page.status == 200 && page.body.contains("/visits?from=0"),
        "{}",
        page.body
    );
    assert_eq!(browser.get("/visits?from=99999999999999999999").status, 200);
}
