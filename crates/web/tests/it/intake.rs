//! Files that are taken in: looked at first, all or nothing, and nothing twice.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use campaign::record::About;
use campaign::{PersonId, UnitId};

use crate::files::{confirm, upload};
use crate::support::{Answered, Browser, Running};

fn county() -> &'static Running {
    static COUNTY: LazyLock<Running> = LazyLock::new(Running::start);
    &COUNTY
}

/// One test at a time: they count what comes into the log.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn look(browser: &Browser, path: &str, file: (&str, &[u8])) -> Answered {
    upload(
        browser,
        &format!("{path}?lang=en"),
        &[("step", "look")],
        file,
    )
}

fn length() -> u64 {
    county().app.host.read().length()
}

const ORGANISATION: &str = "/office/import/organisation";

/// A workbook of sheets.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows.iter()) {
            for (column, cell) in (0..).zip(cells.iter()) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn the_register_goes_out_and_comes_in_as_it_is() {
    let _alone = alone();
    let office = county().signed_in("office");
    for name in ["all.xlsx", "units.csv", "people.csv", "posts.xlsx"] {
        let file = office.get(&format!("{ORGANISATION}?template={name}"));
        assert_eq!(file.status, 200, "{name}");
        let looked = look(&office, ORGANISATION, (name, &file.bytes));
        assert!(
            looked
                .body
                .contains("<dt>New</dt><dd>0</dd><dt>Changed</dt><dd>0</dd>"),
            "{name}: {}",
            looked.body
        );
        assert!(
            looked.body.contains("<dt>Refused</dt><dd>0</dd>"),
            "{name}: {}",
            looked.body
        );
        assert!(
            !looked.body.contains("value=\"take\""),
            "{name}: nothing to confirm"
        );
    }
    for login in ["secretary", "member", "leader"] {
        let browser = county().signed_in(login);
        assert_eq!(browser.get(ORGANISATION).status, 404, "{login}");
        assert_eq!(
            browser
                .get(&format!("{ORGANISATION}?template=people.csv"))
                .status,
            404
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a story in its order")]
fn units_people_and_posts_come_in_together_once_they_were_looked_at() {
    let _alone = alone();
    let running = county();
    let office = running.signed_in("office");
    let file = workbook(&[
        (
            "units",
            &[
                &["unit", "name", "category"],
                &["new1", "=新建支部", "office"],
                &["new2", "二支部", "office"],
            ],
        ),
        (
            "people",
            &[
                &["person", "name", "unit", "phone"],
                &["zhang", "张三", "new1", "123"],
                &["li", "李四", "new2", ""],
            ],
        ),
        (
            "posts",
            &[
                &["post", "unit", "name", "duties", "holder"],
                &["post1", "new1", "书记", "抓全面;管党务", "zhang、li"],
            ],
        ),
    ]);
    let before = length();
    let looked = look(&office, ORGANISATION, ("a.xlsx", &file));
    assert_eq!(looked.status, 422);
    assert!(
        looked.body.contains("<dt>New</dt><dd>5</dd>"),
        "{}",
        looked.body
    );
    assert_eq!(length(), before, "nothing is taken yet");
    // What was looked at is what is confirmed.
    let mut other = looked.body.clone();
    let stamp = looked.hidden("stamp");
    other = other.replace(&stamp, &stamp.chars().rev().collect::<String>());
    let changed = confirm(
        &office,
        ORGANISATION,
        &Answered {
            body: other,
            ..looked.clone()
        },
    );
    assert_eq!(changed.status, 409, "{}", changed.body);
    assert_eq!(length(), before);
    let taken = confirm(&office, ORGANISATION, &looked);
    assert_eq!(taken.status, 303, "{}", taken.body);
    let after = length();
    {
        let state = running.app.host.read();
        let today = running.app.today(&state);
        let organisation = &state.organisation;
        assert_eq!(
            organisation
                .facts(&UnitId::from("new1"), today)
                .unwrap()
                .name,
            "=新建支部"
        );
        let zhang = PersonId::from("zhang");
        let held = &organisation.person(&zhang).unwrap().posts;
        assert_eq!(held[0].post.as_str(), "post1");
        let profile = running
            .app
            .texts
            .profile(&running.app.host, &state, &zhang)
            .unwrap();
        assert_eq!(
            (profile.name.as_str(), profile.phone.as_str()),
            ("张三", "123")
        );
    }
    // Confirmed twice, it happens once; sent again, there is nothing to do.
    confirm(&office, ORGANISATION, &looked);
    let again = look(&office, ORGANISATION, ("a.xlsx", &file));
    assert!(
        again.body.contains("left out</dt><dd>5</dd>"),
        "{}",
        again.body
    );
    assert_eq!(length(), after);
    // What is changed says from what to what.
    let moved = "person,name,unit,phone\nzhang,,new2,\nli,李四光,,\n";
    let looked = look(&office, ORGANISATION, ("people.csv", moved.as_bytes()));
    assert!(looked.body.contains("unit: new1 → new2"), "{}", looked.body);
    assert!(
        looked.body.contains("<dt>Changed</dt><dd>2</dd>"),
        "{}",
        looked.body
    );
    assert_eq!(confirm(&office, ORGANISATION, &looked).status, 303);
    let state = running.app.host.read();
    let today = running.app.today(&state);
    let unit = state.organisation.unit_of(&"zhang".into(), today);
    assert_eq!(unit.map(UnitId::as_str), Some("new2"));
    let profile = running
        .app
        .texts
        .profile(&running.app.host, &state, &"zhang".into());
    assert_eq!(profile.unwrap().phone, "123", "an empty cell says nothing");
}

#[test]
fn every_error_of_a_file_is_told_by_its_cell_and_nothing_is_taken() {
    let _alone = alone();
    let office = county().signed_in("office");
    let before = length();
    let units = "unit,name,category,parent\nx1,甲,nonsense,\nx2,乙,office,nowhere\n";
    let people = "person,name,unit\n,甲,t001\ny1,乙,nowhere\ny2,丙,\n13800138000,丁,t001\n";
    for (file, told) in [
        (units, &["C2", "nonsense", "D3", "nowhere"][..]),
        (people, &["A2", "C3", "nowhere", "C4"]),
        ("person,unit\n13800138000,t001\n", &[">2<", "13800138000"]),
        ("person,unit\nz1,t001\nz1,t001\n", &["A3", "twice"]),
        ("a,b\n1,2\n", &["unit / person / post"]),
        (
            "post,unit,name,holder\np1,t001,书记,nobody\n",
            &["D2", "nobody"],
        ),
    ] {
        let looked = look(&office, ORGANISATION, ("a.csv", file.as_bytes()));
        assert_eq!(looked.status, 422);
        for text in told {
            assert!(looked.body.contains(text), "{text}: {}", looked.body);
        }
        assert!(!looked.body.contains("value=\"take\""), "{}", looked.body);
    }
    let form = [("step", "take"), ("stamp", "")];
    let forced = upload(&office, ORGANISATION, &form, ("a.csv", units.as_bytes()));
    assert_eq!(forced.status, 422);
    let without = office.submit(ORGANISATION, ORGANISATION, &[("step", "look")]);
    assert_eq!(without.status, 422);
    let junk = [
        ("step", "take"),
        ("content", "H4sIAAAAAAAA"),
        ("from", "soon"),
    ];
    assert_eq!(office.submit(ORGANISATION, ORGANISATION, &junk).status, 422);
    assert_eq!(length(), before);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a story in its order")]
fn ratings_on_paper_come_in_by_their_codes_once_and_name_nobody() {
    let _alone = alone();
    let running = county();
    let path = "/office/import/ratings";
    let desk = running.signed_in("desk");
    let (_, codes) = crate::rating::codes(running, &desk, "", 6);
    let office = running.signed_in("office");
    let table = |level: &str, more: &str| {
        let mut table = "code,level,comment\n".to_owned();
        table += &format!(
            "{},{level},=1+1\n{},满意,\n{},0,\n",
            codes[0].to_lowercase(),
            codes[1],
            codes[2]
        );
        table + more
    };
    let wrong = table("6", "not-a-code,3,\n00000000000000000000000000,3,\n");
    let looked = look(&office, path, ("a.csv", wrong.as_bytes()));
    for cell in ["B2", "A5"] {
        assert!(looked.body.contains(cell), "{cell}: {}", looked.body);
    }
    let unknown = look(
        &office,
        path,
        ("a.csv", b"code,level\n00000000000000000000000000,3\n"),
    );
    assert!(
        unknown.body.contains("A2") && !unknown.body.contains("value=\"take\""),
        "{}",
        unknown.body
    );
    let looked = look(&office, path, ("a.csv", table("2", "").as_bytes()));
    assert!(
        looked.body.contains("<dt>New</dt><dd>3</dd>"),
        "{}",
        looked.body
    );
    let before = running.app.host.read().ratings.len();
    let length_before = length();
    let taken = confirm(&office, path, &looked);
    assert_eq!(taken.status, 303, "{}", taken.body);
    assert_eq!(running.app.host.read().ratings.len(), before + 3);
    for index in length_before..length() {
        let entry = running.app.host.entry(index).unwrap().unwrap().entry;
        if matches!(entry.event, campaign::Event::Rating(_)) {
            assert_eq!(entry.by, campaign::Actor::Public);
        }
    }
    let again = look(&office, path, ("a.csv", table("2", "").as_bytes()));
    assert!(
        again.body.contains("left out</dt><dd>3</dd>"),
        "{}",
        again.body
    );
    let other = look(&office, path, ("a.csv", table("5", "").as_bytes()));
    assert!(
        other.body.contains("left out</dt><dd>3</dd>"),
        "which level a code gave is told to nobody: {}",
        other.body
    );
    let cases = "case,unit,day,level\n2026-1,t001,2026-12-01,4\n2026-2,t001,2026-12-01,满意\n";
    let looked = look(&office, path, ("cases.csv", cases.as_bytes()));
    assert!(
        looked.body.contains("<dt>New</dt><dd>2</dd>"),
        "{}",
        looked.body
    );
    assert_eq!(confirm(&office, path, &looked).status, 303);
    let again = look(&office, path, ("cases.csv", cases.as_bytes()));
    assert!(
        again.body.contains("left out</dt><dd>2</dd>"),
        "{}",
        again.body
    );
}

#[test]
fn hours_come_in_for_oneself_and_the_same_file_does_nothing_twice() {
    let _alone = alone();
    let running = county();
    let path = "/import/hours";
    let member = running.signed_in("member");
    assert_eq!(
        running.browser().get(path).status,
        303,
        "one has to sign in"
    );
    let empty = member.get(&format!("{path}?template=service.csv")).body;
    let code = empty.lines().nth(1).unwrap().rsplit(',').next().unwrap();
    let table = format!(
        "day,what,hours,code\n2026-12-02,帮老人买药,2,{code}\n2026-12-03,扫雪,1.5,\n,,,aaaaaaaaaaaaaaaa\n"
    );
    let looked = look(&member, path, ("h.csv", table.as_bytes()));
    assert!(
        looked.body.contains("<dt>New</dt><dd>2</dd>"),
        "{}",
        looked.body
    );
    assert_eq!(confirm(&member, path, &looked).status, 303);
    let again = look(&member, path, ("h.csv", table.as_bytes()));
    assert!(
        again.body.contains("left out</dt><dd>2</dd>"),
        "{}",
        again.body
    );
    let all = running.app.accounts.all().unwrap();
    let own = all.iter().find(|one| one.login == "member").unwrap();
    let (record, confirmed) = {
        let state = running.app.host.read();
        let last = state.records.len() as u64 - 2;
        let record = state.records.get(campaign::record::RecordId(last)).unwrap();
        assert_eq!(record.about, About::Person(own.person.clone()));
        (last, record.confirm)
    };
    let code = code.trim_matches('"');
    assert_eq!(
        confirmed,
        Some(campaign::record::code_digest(code)),
        "{record}"
    );
    let other = {
        let state = running.app.host.read();
        let today = running.app.today(&state);
        let unit = state.organisation.unit_of(&own.person, today).unwrap();
        let mut people = state.organisation.people_of(unit, today);
        people
            .find(|one| {
                **one != own.person && state.organisation.has_role(one, "member", unit, today)
            })
            .unwrap()
            .to_string()
    };
    let before = length();
    let wrong = format!(
        "person,day,what,hours\n{other},2026-12-02,替人填,2\n,2026-13-02,坏日期,2\n,2026-12-04,太多,40\n"
    );
    let looked = look(&member, path, ("h.csv", wrong.as_bytes()));
    for cell in ["B3", "D4"] {
        assert!(looked.body.contains(cell), "{cell}: {}", looked.body);
    }
    let wrong = format!("person,day,what,hours\n{other},2026-12-02,替人填,2\n");
    let looked = look(&member, path, ("h.csv", wrong.as_bytes()));
    assert!(looked.body.contains("themselves"), "{}", looked.body);
    assert_eq!(length(), before);
}
