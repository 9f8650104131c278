//! The office's pages.

use std::sync::atomic::Ordering;

use campaign::period::Stage;

use crate::support::{Browser, Running};

const DAY: i64 = 86_400;

/// The period of the demonstration that is open to objections.
fn preliminary(running: &Running) -> rulebook::Period {
    let state = running.app.host.read();
    let mut periods = state.periods.iter();
    let found = periods.find(|(_, of)| matches!(of.stage, Stage::Preliminary { .. }));
    found.unwrap().0
}

fn press(browser: &Browser, page: &str, step: &str) {
    let shown = browser.get(page);
    assert_eq!(shown.status, 200, "{}", shown.body);
    let action = format!("action=\"{page}/{step}\"");
    assert!(shown.body.contains(&action), "no {step} in {}", shown.body);
    let circular = match step {
        "approve" | "publish" => shown.hidden("circular"),
        _ => String::new(),
    };
    let answer = browser.submit(page, &format!("{page}/{step}"), &[("circular", &circular)]);
    assert_eq!(answer.status, 303, "{step}: {}", answer.body);
}

#[test]
fn the_board_says_what_is_next_and_where_to_look() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let board = office.get("/office?lang=en");
    assert_eq!(board.status, 200, "{}", board.body);
    let period = preliminary(running);
    assert!(board.body.contains(&format!("/office/periods/{period}")));
    for part in ["Next steps", "Where nothing moves", "Who filed", "Visits"] {
        assert!(board.body.contains(part), "{part} isn't there");
    }
    assert!(
        !board.body.contains("office-"),
        "a word is missing: {}",
        board.body
    );
}

#[test]
fn pages_of_the_office_do_not_exist_for_others() {
    let running = Running::shared();
    let period = preliminary(running);
    let pages = ["/office".to_owned(), format!("/office/periods/{period}")];
    for page in pages {
        assert_eq!(running.browser().get(&page).status, 404, "{page}");
        for login in ["secretary", "member"] {
            assert_eq!(
                running.signed_in(login).get(&page).status,
                404,
                "{login} {page}"
            );
        }
    }
}

#[test]
fn a_month_goes_from_preliminary_to_published_by_two_people() {
    let running = Running::start();
    let office = running.signed_in("office");
    let page = format!("/office/periods/{}", preliminary(&running));
    let early = office.submit(&page, &format!("{page}/finalise"), &[]);
    assert_eq!(early.status, 409, "{}", early.body);
    running.time.fetch_add(20 * DAY, Ordering::SeqCst);
    let (office, second) = (running.signed_in("office"), running.signed_in("office2"));
    press(&office, &page, "finalise");
    press(&office, &page, "draft");
    let shown = office.get(&page);
    let circular = shown.hidden("circular");
    let own = [("circular", circular.as_str())];
    let refused = office.submit(&page, &format!("{page}/approve"), &own);
    assert_eq!(refused.status, 403, "{}", refused.body);
    press(&second, &page, "approve");
    press(&office, &page, "publish");
    let done = office.get(&format!("{page}?lang=en"));
    assert!(
        done.body.contains("the circular is published"),
        "{}",
        done.body
    );
    let empty = office.submit(&page, &format!("{page}/propose-reopening"), &[]);
    assert_eq!(empty.status, 422);
    let fields = [("until", "2026-13-41"), ("reason", "late figures")];
    let wrong = office.submit(&page, &format!("{page}/propose-reopening"), &fields);
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("late figures"),
        "what was filled in is kept"
    );
}

#[test]
fn a_task_is_given_declined_and_given_to_another_unit() {
    let running = Running::start();
    let office = running.signed_in("office");
    let page = "/office/tasks";
    let empty = office.submit(page, page, &[("title", "Mend the bridge")]);
    assert_eq!(empty.status, 422, "{}", empty.body);
    assert!(
        empty.body.contains("Mend the bridge"),
        "what was filled in is kept"
    );
    let (unit, secretary) = {
        let accounts = running.app.accounts.all().unwrap();
        let account = accounts.into_iter().find(|one| one.login == "secretary");
        let person = account.unwrap().person;
        let state = running.app.host.read();
        let today = running.app.today(&state);
        let unit = state.organisation.unit_of(&person, today).unwrap().clone();
        (unit, running.signed_in("secretary"))
    };
    let task = [
        ("title", "Mend the bridge"),
        ("quality", "Lorries can cross it again"),
        ("unit", unit.as_str()),
        ("due", "2026-12-20"),
    ];
    let past = [task[0], task[1], task[2], ("due", "2026-12-01")];
    assert_eq!(office.submit(page, page, &past).status, 422);
    let given = office.submit(page, page, &task);
    assert_eq!(given.status, 303, "{}", given.body);
    let id = running.app.host.read().work.items().next_back().unwrap().0;
    let offered = office.get("/office/tasks?part=answer&lang=en");
    assert!(offered.body.contains("Mend the bridge"), "{}", offered.body);
    let work = format!("/work/{}", id.0);
    let no = [
        ("reason", "No stone"),
        ("possible", "The quarry opens again"),
    ];
    let declined = secretary.submit(&work, &format!("{work}/decline"), &no);
    assert_eq!(declined.status, 303, "{}", declined.body);
    let turned = office.get("/office/tasks?part=turned&lang=en");
    assert!(
        turned.body.contains("The quarry opens again"),
        "{}",
        turned.body
    );
    let again = office.get(&format!("/office/tasks?again={}&lang=en", id.0));
    assert!(
        again.body.contains(">Lorries can cross it again<"),
        "the form is filled"
    );
}

#[test]
fn late_work_shows_how_far_it_climbed() {
    let running = Running::start();
    running.time.fetch_add(45 * DAY, Ordering::SeqCst);
    running.tick();
    let office = running.signed_in("office");
    let late = office.get("/office/tasks?part=late&lang=en");
    assert_eq!(late.status, 200, "{}", late.body);
    assert!(late.body.contains("(overdue)"), "{}", late.body);
    assert!(!late.body.contains("office-"), "a word is missing");
}

/// The unit of a demo account.
fn unit_of(running: &Running, login: &str) -> campaign::UnitId {
    let accounts = running.app.accounts.all().unwrap();
    let account = accounts.into_iter().find(|one| one.login == login).unwrap();
    let state = running.app.host.read();
    let today = running.app.today(&state);
    let unit = state.organisation.unit_of(&account.person, today);
    unit.unwrap().clone()
}

/// A page in English, on which no word is missing.
fn english(browser: &Browser, page: &str) -> String {
    let sign = if page.contains('?') { '&' } else { '?' };
    let shown = browser.get(&format!("{page}{sign}lang=en"));
    assert_eq!(shown.status, 200, "{page}: {}", shown.body);
    for start in [">office-", ">mine-", "\"office-"] {
        let missing = shown.body.split_once(start);
        let missing = missing.map(|(_, rest)| rest.chars().take(60).collect::<String>());
        assert_eq!(missing, None, "a word is missing on {page}");
    }
    shown.body
}

#[test]
fn the_office_sees_objections_by_deadline_and_who_may_decide_them() {
    let running = Running::start();
    let office = running.signed_in("office");
    let before = english(&office, "/office/objections");
    let unit = unit_of(&running, "secretary");
    let secretary = running.signed_in("secretary");
    let period = preliminary(&running).to_string();
    let raise = format!("/units/{unit}/objections/new");
    let page = format!("{raise}?period={period}");
    let shown = secretary.get(&page).body;
    let select = shown.split("name=\"indicator\"").nth(1).unwrap();
    let indicator = select.split("<option value=\"").nth(2).unwrap();
    let indicator = indicator.split('"').next().unwrap();
    let fields = [
        ("period", period.as_str()),
        ("indicator", indicator),
        ("act", "We were there that day"),
        ("on", "2026-11-20"),
        ("reason", "One visit is missing"),
    ];
    let raised = secretary.submit(&page, &raise, &fields);
    assert_eq!(raised.status, 303, "{}", raised.body);
    let id = running.app.host.read().objections.iter().last().unwrap().0;
    let link = format!("href=\"/objections/{id}\"");
    assert!(!before.contains(&link));
    let listed = english(&office, "/office/objections");
    let row = listed.split(&link).nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    let decider = {
        let state = running.app.host.read();
        let one = state.objections.get(id).unwrap();
        let role = campaign::objection::decided_by(&state, one).unwrap();
        let today = running.app.today(&state);
        let people = state.organisation.people();
        let holders = people.filter(|(_, person)| {
            let mut grants = person.grants.iter();
            grants.any(|grant| grant.role == role && grant.holds(today))
        });
        let may = |(id, _): &(&campaign::PersonId, _)| {
            campaign::objection::may_decide(&state, one, id, today)
        };
        let text = format!("{:?}", holders.filter(may).count());
        (role, text)
    };
    assert_ne!(decider.1, "0", "someone may decide");
    assert!(
        !row.contains(&format!(">{}:", decider.0)),
        "the role is named in words: {row}"
    );
    assert!(row.contains("Not answered yet"), "{row}");
    for login in ["secretary", "member", "reviewer"] {
        let there = running.signed_in(login).get("/office/objections");
        assert_eq!(there.status, 404, "{login}");
    }
}

/// Waits until the log is signed.
fn signed(running: &Running) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while running.app.host.checkpoint().unwrap().is_none() {
        assert!(std::time::Instant::now() < end, "the log isn't signed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_sample_is_drawn_by_those_who_verify_and_can_be_repeated() {
    let running = Running::start();
    let period = preliminary(&running);
    let page = format!("/office/samples?period={period}");
    let office = running.signed_in("office");
    let shown = english(&office, &page);
    assert!(shown.contains("Monthly goals"), "{shown}");
    assert!(
        !shown.contains("action=\"/office/samples\""),
        "the office doesn't verify: {shown}"
    );
    let staff = running.signed_in("staff");
    let home = staff.get("/?lang=en").body;
    assert!(home.contains("href=\"/office/samples\""), "{home}");
    assert!(english(&staff, &page).contains("action=\"/office/samples\""));
    let month = period.to_string();
    signed(&running);
    let unnamed = staff.submit(&page, "/office/samples", &[("period", &month)]);
    assert_eq!(unnamed.status, 422, "{}", unnamed.body);
    let fields = [("period", month.as_str()), ("form", "monthly")];
    let drawn = staff.submit(&page, "/office/samples", &fields);
    assert_eq!(drawn.status, 303, "{}", drawn.body);
    let csrf = staff.get(&page).hidden("csrf");
    let [month_field, form] = fields;
    let again = [("csrf", csrf.as_str()), month_field, form];
    let again = staff.post("/office/samples", &again);
    assert_eq!(again.status, 409, "{}", again.body);
    let first = {
        let state = running.app.host.read();
        let [draw] = state.records.draws("monthly", period) else {
            panic!("one draw")
        };
        let records = state.records.of_form("monthly", period);
        let ids: Vec<_> = records.map(|(id, _)| id).collect();
        let repeated = campaign::record::draw(draw.seed, draw.percent, &ids);
        assert_eq!(repeated, draw.records);
        draw.records[0]
    };
    let waiting = english(&staff, "/office/samples/waiting?form=monthly");
    assert!(
        waiting.contains(&format!("href=\"/records/{}\"", first.0)),
        "{waiting}"
    );
    let listed = staff.get(&format!("/api/v1/samples?period={period}"));
    assert!(
        listed.body.contains("\"form\":\"monthly\""),
        "{}",
        listed.body
    );
    for login in ["secretary", "member"] {
        let there = running.signed_in(login).get("/office/samples");
        assert_eq!(there.status, 404, "{login}");
    }
}

#[test]
fn what_is_due_is_drawn_by_itself() {
    let running = Running::start();
    assert!(web::clock::draws(&running.app).is_empty(), "December runs");
    running.time.fetch_add(32 * DAY, Ordering::SeqCst);
    signed(&running);
    let actions = web::clock::draws(&running.app);
    assert!(!actions.is_empty(), "what December asked for is due");
    for action in actions {
        let command = campaign::Command {
            id: web::act::new_key().unwrap(),
            by: campaign::Actor::Clock,
            action,
        };
        running.app.host.execute(command).unwrap();
    }
    assert!(web::clock::draws(&running.app).is_empty(), "once");
}

#[test]
fn flags_are_questions_with_how_much_was_looked_for() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let period = preliminary(running);
    let page = english(&office, &format!("/office/flags?period={period}"));
    for part in [
        "tests were made",
        "Suddenly only top levels",
        "Filed at the last",
    ] {
        assert!(page.contains(part), "{part} isn't there: {page}");
    }
    let flags = office.get(&format!("/api/v1/flags?period={period}"));
    assert_eq!(flags.status, 200, "{}", flags.body);
    let flags: serde_json::Value = serde_json::from_str(&flags.body).unwrap();
    for flag in flags["items"].as_array().unwrap() {
        let (p, adjusted) = (
            flag["p"].as_f64().unwrap(),
            flag["adjusted"].as_f64().unwrap(),
        );
        assert!(p <= adjusted && adjusted <= 0.05, "{flag}");
    }
    for login in ["secretary", "member", "visitor"] {
        let there = running.signed_in(login).get("/office/flags");
        assert_eq!(there.status, 404, "{login}");
    }
    let early = office.get("/api/v1/flags?period=2026-12");
    assert_eq!(early.status, 404, "December isn't over");
}

/// Tries another text of the monthly form.
fn try_text(office: &Browser, page: &str, text: &str) -> crate::support::Answered {
    let fields = [
        ("path", "forms/monthly.toml"),
        ("text", text),
        ("from", "2027-01"),
        ("months", "1"),
    ];
    office.submit(page, "/office/rules", &fields)
}

#[test]
fn a_change_of_the_rules_is_tried_before_it_is_adopted() {
    let running = Running::start();
    let office = running.signed_in("office");
    let page = "/office/rules?file=forms/monthly.toml";
    let shown = english(&office, page);
    assert!(shown.contains("minutes = 15"), "{shown}");
    let text = {
        let state = running.app.host.read();
        state.rules.files(1).unwrap()["forms/monthly.toml"].clone()
    };
    let send = |text: &str| try_text(&office, page, text);
    let same = send(&text);
    assert_eq!(same.status, 422, "{}", same.body);
    assert!(same.body.contains("as the rules in force"), "{}", same.body);

    let broken = send(&text.replace("minutes = 15", "minutes = \"many\""));
    let line = 1 + text
        .lines()
        .position(|line| line == "minutes = 15")
        .unwrap();
    assert!(
        broken.body.contains(&format!("forms/monthly.toml:{line}")),
        "{}",
        broken.body
    );
    assert!(
        !broken.body.contains("/office/rules/adopt"),
        "{}",
        broken.body
    );
    assert!(broken.body.contains("many"), "what was written is kept");

    let tried = send(&text.replace("minutes = 15", "minutes = 10"));
    assert_eq!(tried.status, 422, "{}", tried.body);
    for part in [
        "minutes to fill",
        "15 → 10",
        "Tried on November 2026",
        "/office/rules/adopt",
    ] {
        assert!(tried.body.contains(part), "{part}: {}", tried.body);
    }
    let versions = || running.app.host.read().rules.latest().unwrap().version;
    assert_eq!(versions(), 1, "looking adopts nothing");
    let (csrf, key) = (tried.hidden("csrf"), tried.hidden("key"));
    let sent = tried.hidden("changes");
    let fields = [
        ("csrf", csrf.as_str()),
        ("key", &key),
        ("changes", &sent),
        ("from", "2027-01"),
    ];
    let unseen = office.post("/office/rules/adopt", &fields);
    assert_eq!(unseen.status, 422, "{}", unseen.body);
    let mut fields = fields.to_vec();
    fields.push(("seen", "yes"));
    let elsewhere = office.post("/office/rules/adopt", &fields);
    assert_eq!(elsewhere.status, 409, "tried on no version");
    fields.push(("version", "1"));
    let adopted = office.post("/office/rules/adopt", &fields);
    assert_eq!(adopted.status, 303, "{}", adopted.body);
    assert_eq!(versions(), 2);
    let secretary = running.signed_in("secretary");
    assert_eq!(secretary.get("/office/rules").status, 404);
}

#[test]
fn files_that_were_changed_are_found_by_their_name() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let shown = office.get("/office/rules?lang=en");
    let text = {
        let state = running.app.host.read();
        state.rules.files(1).unwrap()["forms/visit.toml"].replace("minutes = 15", "minutes = 20")
    };
    let mut body = String::new();
    let csrf = shown.hidden("csrf");
    for (name, value) in [
        ("csrf", csrf.as_str()),
        ("from", "2027-01"),
        ("months", "1"),
    ] {
        body += &format!(
            "--merit\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    body += &format!(
        "--merit\r\ncontent-disposition: form-data; name=\"files\"; filename=\"visit.toml\"\r\n\r\n{text}\r\n--merit--\r\n"
    );
    let kind = ("content-type", "multipart/form-data; boundary=merit");
    let tried = office.send("POST", "/office/rules", &[kind], body.as_bytes());
    assert_eq!(tried.status, 422, "{}", tried.body);
    for part in ["forms/visit.toml", "15 → 20"] {
        assert!(tried.body.contains(part), "{part}: {}", tried.body);
    }
}

#[test]
fn the_burden_is_shown_by_month_form_and_unit_without_names() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let period = preliminary(running);
    let page = english(&office, &format!("/office/burden?period={period}"));
    for part in [
        "<svg",
        "Monthly goals",
        "By category",
        "How it falls on people",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (person, name) = {
        let state = running.app.host.read();
        let records = state.records.of_form("monthly", period);
        let mut filers = records.filter_map(|(_, record)| record.filed_by.person().cloned());
        let person = filers.next().unwrap();
        let profile = running
            .app
            .texts
            .profile(&running.app.host, &state, &person);
        (person.to_string(), profile.unwrap().name)
    };
    assert!(!page.contains(&person) && !page.contains(&name), "{page}");
    let listed = office.get(&format!("/api/v1/burden?period={period}"));
    let listed: serde_json::Value = serde_json::from_str(&listed.body).unwrap();
    let township = &listed["items"][0];
    assert!(township["asked"].as_f64().unwrap() > 0.0, "{township}");
    assert_eq!(
        running.signed_in("member").get("/office/burden").status,
        404
    );
}

#[test]
fn tasks_are_limited_to_a_unit_and_read_page_by_page() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let unit = unit_of(running, "secretary");
    let page = format!("/office/tasks?part=closed&unit={unit}");
    let shown = english(&office, &page);
    let others = shown.matches("href=\"/units/").count();
    let own = shown.matches(&format!("href=\"/units/{unit}\"")).count();
    assert_eq!(others, own, "{shown}");
    let all = english(&office, "/office/tasks?part=check&page=9999");
    assert!(
        all.contains("To be checked") || all.contains("to be checked"),
        "{all}"
    );
    let whole = office.get("/office/tasks").body;
    assert!(whole.len() < 200_000, "{}", whole.len());
}

/// Founds a unit below the secretary's; gives that one, its category and the day.
fn founded(running: &Running, office: &Browser) -> (campaign::UnitId, String, String) {
    let list = "/office/register";
    let parent = unit_of(running, "secretary");
    let (category, today) = {
        let state = running.app.host.read();
        let today = running.app.today(&state);
        let facts = state.organisation.facts(&parent, today).unwrap();
        (facts.category.to_string(), today.to_string())
    };
    let empty = office.submit(list, list, &[("unit", "new1"), ("name", "Riverside")]);
    assert_eq!(empty.status, 422, "{}", empty.body);
    assert!(
        empty.body.contains("Riverside"),
        "what was filled in is kept"
    );
    let fields = [
        ("unit", "new1"),
        ("name", "Riverside"),
        ("category", category.as_str()),
        ("parent", parent.as_str()),
        ("from", today.as_str()),
    ];
    let founded = office.submit(list, list, &fields);
    assert_eq!(founded.status, 303, "{}", founded.body);
    let found = english(office, "/office/register?q=Riverside");
    assert!(found.contains("href=\"/office/register/new1\""), "{found}");
    (parent, category, today)
}

#[test]
fn the_register_founds_renames_and_merges_units_and_moves_people() {
    let running = Running::start();
    let office = running.signed_in("office");
    let (parent, category, today) = founded(&running, &office);
    let page = "/office/register/new1";
    let act = |act: &str, fields: &[(&str, &str)]| {
        let answer = office.submit(page, &format!("{page}/{act}"), fields);
        assert_eq!(answer.status, 303, "{act}: {}", answer.body);
    };
    act("register", &[("name", "Li Hua"), ("from", &today)]);
    let shown = english(&office, page);
    assert!(shown.contains("Li Hua"), "{shown}");
    let person = {
        let state = running.app.host.read();
        let people = state.organisation.people();
        people.last().unwrap().0.to_string()
    };
    let role = [
        ("person", person.as_str()),
        ("role", "member"),
        ("scope", "unit"),
        ("from", &today),
    ];
    act("role", &role);
    act("charge", &[("principal", &person), ("from", &today)]);
    act(
        "post",
        &[
            ("name", "Guide"),
            ("duties", "Show the way"),
            ("from", &today),
        ],
    );
    let held = format!("{person} member new1");
    act("end-role", &[("held", &held), ("until", &today)]);
    let renamed = [
        ("name", "Riverbank"),
        ("category", category.as_str()),
        ("parent", parent.as_str()),
        ("from", &today),
    ];
    act("change", &renamed);
    act(
        "move",
        &[
            ("person", &person),
            ("to", parent.as_str()),
            ("from", &today),
        ],
    );
    act("merge", &[("into", parent.as_str()), ("from", &today)]);
    let history = english(&office, page);
    assert!(history.contains("Merged into"), "{history}");
    let secretary = running.signed_in("secretary");
    assert_eq!(secretary.get(page).status, 404);
    assert_eq!(secretary.get("/office/register").status, 404);
}
