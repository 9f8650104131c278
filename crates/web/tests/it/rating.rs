//! Rating a service, through real requests.

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use campaign::UnitId;

use crate::support::{Browser, Running, small};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as it stands in a link.
fn written(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    let digit = |at: u32| char::from(ALPHABET[usize::try_from((number >> (5 * at)) & 31).unwrap()]);
    (0..26).rev().map(digit).collect()
}

fn unit(running: &Running) -> UnitId {
    let state = running.app.host.read();
    let today = running.app.today(&state);
    let mut units = state.organisation.units(today);
    let category = |wanted: &str| wanted == "village";
    let found = units.find(|(_, facts)| category(facts.category.as_str()));
    found.unwrap().0.clone()
}

#[test]
fn a_wrong_code_says_so_and_a_typed_one_is_read() {
    let browser = Running::shared().browser();
    let answer = browser.get(&format!("/r/{}", written([9; 16])));
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("code-unknown"), "{}", answer.body);
    assert_eq!(browser.get("/r/nonsense").status, 404);
    let typed = browser.get("/r?code=not-a-code&lang=en");
    assert!(
        typed.body.contains("value=\"not-a-code\""),
        "{}",
        typed.body
    );
    let code = written([9; 16]).to_lowercase();
    let spaced = format!("/r?code={}+{}", &code[..4], &code[4..]);
    assert_eq!(browser.get(&spaced).status, 303);
}

#[test]
fn an_open_rating_keeps_what_was_filled_and_is_taken_without_a_cookie() {
    let running = Running::start();
    let unit = unit(&running);
    let browser = running.browser();
    let path = format!("/rate/{unit}?lang=en");
    let page = browser.get(&path);
    assert_eq!(page.status, 200, "{}", page.body);
    let css = page
        .body
        .split("rel=\"stylesheet\" href=\"")
        .nth(1)
        .unwrap();
    let css = browser.get(css.split('"').next().unwrap());
    assert!(page.body.len() + css.body.len() < 30_000);
    assert!(!page.body.contains("<script"));
    assert_eq!(page.body.matches("name=\"level\"").count(), 6);
    assert!(
        !page.body.contains(" checked"),
        "nothing is chosen beforehand"
    );
    let bad = browser.post(&path, &[("comment", "kept <b>")]);
    assert_eq!(bad.status, 422);
    assert!(
        bad.body.contains("kept &#60;b&#62;") || bad.body.contains("kept &lt;b&gt;"),
        "{}",
        bad.body
    );
    assert!(bad.body.contains("level-wrong"));
    for level in ["1", "5"] {
        let sent = browser.post(&path, &[("level", level)]);
        assert_eq!(sent.status, 303, "{}", sent.body);
        for answer in [&page, &bad, &sent] {
            assert!(answer.header("set-cookie").is_none(), "{}", answer.head);
        }
        assert_eq!(browser.get(sent.header("location").unwrap()).status, 200);
    }
}

#[test]
fn a_code_rates_once_is_revised_once_and_then_refused() {
    let running = Running::start();
    let desk = running.signed_in("desk");
    let page = {
        let state = running.app.host.read();
        let units = state.organisation.units(running.app.today(&state));
        let pages = units.map(|(unit, _)| format!("/units/{unit}/invitations"));
        let mut own = pages.filter(|page| desk.get(page).status == 200);
        own.next().expect("the desk's own unit")
    };
    let drawn = desk.submit(&page, &page, &[("count", "6")]);
    assert_eq!(drawn.status, 303, "{}", drawn.body);
    let sheet = drawn.header("location").unwrap().to_owned();
    let shown = desk.get(&sheet);
    let link = shown.body.split("/r/").nth(1).unwrap();
    let code = &link[..26];
    assert!(!desk.get(&sheet).body.contains(code), "shown once");
    let rater = running.browser();
    let path = format!("/r/{code}?lang=en");
    for _ in 0..2 {
        let page = rater.get(&path);
        assert_eq!(page.status, 200, "looking uses nothing up: {}", page.body);
        assert!(page.header("set-cookie").is_none(), "{}", page.head);
    }
    for level in ["1", "5"] {
        let sent = rater.post(&path, &[("level", level), ("comment", "as it was")]);
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert!(sent.header("set-cookie").is_none(), "{}", sent.head);
        assert_eq!(rater.get(sent.header("location").unwrap()).status, 200);
    }
    let again = rater.post(&path, &[("level", "3")]);
    assert_eq!(again.status, 410, "{}", again.body);
    assert!(again.body.contains("code-used"));
}

/// The desk's own unit, and codes drawn there for a service.
pub fn codes(
    running: &Running,
    desk: &Browser,
    service: &str,
    count: usize,
) -> (String, Vec<String>) {
    let unit = {
        let state = running.app.host.read();
        let units = state.organisation.units(running.app.today(&state));
        let units: Vec<String> = units.map(|(unit, _)| unit.to_string()).collect();
        let own = |unit: &String| desk.get(&format!("/units/{unit}/invitations")).status == 200;
        units.into_iter().find(own).expect("the desk's own unit")
    };
    let page = format!("/units/{unit}/invitations");
    let count = count.to_string();
    let drawn = desk.submit(&page, &page, &[("count", &count), ("service", service)]);
    assert_eq!(drawn.status, 303, "{}", drawn.body);
    let sheet = desk.get(drawn.header("location").unwrap());
    let links = sheet.body.split("/r/").skip(1);
    let codes = links.map(|link| link[..26].to_owned()).collect();
    (unit, codes)
}

fn rate(running: &Running, code: &str, fields: &[(&str, &str)]) {
    let sent = running.browser().post(&format!("/r/{code}"), fields);
    assert_eq!(sent.status, 303, "{}", sent.body);
}

const DAY: i64 = 86_400;

fn days_pass(running: &Running, days: i64) {
    running.time.fetch_add(days * DAY, Ordering::SeqCst);
    running.tick();
}

#[test]
fn a_bad_rating_is_rectified_and_revised_with_the_same_code() {
    let running = Running::start();
    let desk = running.signed_in("desk");
    let (unit, codes) = codes(&running, &desk, "", 6);
    let page = format!("/units/{unit}/ratings");
    let bad = [
        ("level", "1"),
        ("comment", "三天没人理"),
        ("call-back", "13900000000"),
    ];
    rate(&running, &codes[0], &bad);
    let shown = desk.get(&page);
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(!shown.body.contains("13900000000"), "not on the same day");
    days_pass(&running, 1);
    let desk = running.signed_in("desk");
    let shown = desk.get(&page);
    assert!(shown.body.contains("13900000000") && shown.body.contains("三天没人理"));
    for other in [running.browser(), running.signed_in("visitor")] {
        let seen = other.get(&page);
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert!(!seen.body.contains("13900000000") && !seen.body.contains("三天没人理"));
    }
    let card = shown.body.split("13900000000").nth(1).unwrap();
    let work = card.split("href=\"/work/").nth(1).unwrap();
    let work = format!("/work/{}", work.split('"').next().unwrap());
    let (csrf, key) = (shown.hidden("csrf"), shown.hidden("key"));
    let call = card.split("name=\"call\" value=\"").nth(1).unwrap();
    let call = call.split('"').next().unwrap();
    let called = desk.post(
        &format!("{page}/called"),
        &[("csrf", &csrf), ("key", &key), ("call", call)],
    );
    assert_eq!(called.status, 303, "{}", called.body);
    let shown = desk.get(&page);
    assert!(!shown.body.contains("13900000000"), "no longer needed");
    let outcome = "当天上门道歉并办结,窗口改为两人值守";
    let finished = desk.submit(&work, &format!("{work}/finish"), &[("outcome", outcome)]);
    assert_eq!(finished.status, 303, "{}", finished.body);
    let decider = running.signed_in("ratings");
    let checked = decider.submit(&work, &format!("{work}/check"), &[("verdict", "passed")]);
    assert_eq!(checked.status, 303, "{}", checked.body);
    assert!(
        running.browser().get(&page).body.contains(outcome),
        "published"
    );
    let rater = running.browser();
    let again = rater.get(&format!("/r/{}", codes[0]));
    assert!(again.body.contains(outcome), "{}", again.body);
    rate(&running, &codes[0], &[("level", "4")]);
    let state = running.app.host.read();
    let id = work.trim_start_matches("/work/").parse().unwrap();
    let item = state.work.item(campaign::work::WorkId(id)).unwrap();
    assert_eq!(item.stage, campaign::work::Stage::Closed);
}

#[test]
fn nobody_sees_what_few_have_said_nor_who_has_just_said_it() {
    let running = Running::start();
    let desk = running.signed_in("desk");
    let (unit, codes) = codes(&running, &desk, "", 12);
    let page = format!("/units/{unit}/ratings");
    let before = desk.get(&page).body;
    for code in &codes[..4] {
        rate(&running, code, &[("level", "2"), ("comment", "排队太久")]);
    }
    assert_eq!(
        tables(&desk.get(&page).body),
        tables(&before),
        "the week runs"
    );
    days_pass(&running, 7);
    let desk = running.signed_in("desk");
    let four = desk.get(&page).body;
    for code in &codes[4..10] {
        rate(&running, code, &[("level", "5"), ("comment", "很快")]);
    }
    assert_eq!(tables(&desk.get(&page).body), tables(&four));
    days_pass(&running, 7);
    let desk = running.signed_in("desk");
    let after = desk.get(&page).body;
    assert!(
        after.contains("很快") && after.contains("排队太久"),
        "{after}"
    );
    let file = desk.get(&format!("{page}?as=csv&table=services"));
    assert!(file.header("content-type").unwrap().starts_with("text/csv"));
    let english = desk.get(&format!("{page}?lang=en"));
    assert!(english.body.contains("what those served say"));
    assert_eq!(desk.get(&format!("{page}?period=2031-01")).status, 404);
}

/// The tables of counts of a page.
fn tables(body: &str) -> String {
    let end = body.find("<h2>希望回电").unwrap_or(body.len());
    body[body.find("<h2>").unwrap_or(0)..end].to_owned()
}

/// A browser of the second person who may decide on ratings.
fn second_decider(running: &Running) -> Browser {
    let known = running.app.accounts.all().unwrap();
    let person = {
        let state = running.app.host.read();
        let mut people = state.organisation.people();
        let found = people.find(|(id, person)| {
            let mut grants = person.grants.iter();
            grants.any(|grant| grant.role.as_str() == "rating-decider")
                && known.iter().all(|account| account.person != **id)
        });
        found.expect("someone else decides too").0.clone()
    };
    let account = web::identity::Account {
        login: "ratings2".to_owned(),
        person,
    };
    running
        .app
        .accounts
        .add(&account, web::demo::PASSWORD)
        .unwrap();
    running.signed_in("ratings2")
}

#[test]
fn a_burst_is_decided_by_two_people_who_arent_concerned_and_everyone_sees_how_many() {
    let running = Running::start();
    let desk = running.signed_in("desk");
    let (unit, codes) = codes(&running, &desk, "", 24);
    for code in &codes[..21] {
        rate(&running, code, &[("level", "1"), ("comment", "抄来的话")]);
    }
    assert_eq!(desk.get("/office/bursts").status, 404);
    let first = running.signed_in("ratings");
    let list = first.get("/office/bursts");
    assert_eq!(list.status, 200, "{}", list.body);
    let id = running.app.host.read().ratings.bursts().last().unwrap().0.0;
    let page = format!("/office/bursts/{id}");
    assert!(list.body.contains(&page), "{}", list.body);
    let shown = first.get(&page);
    assert!(
        shown.body.contains("抄来的话") && shown.body.contains("21"),
        "{}",
        shown.body
    );
    let decide = format!("{page}/decide");
    let without = first.submit(&page, &decide, &[("found", "attack")]);
    assert_eq!(without.status, 422, "{}", without.body);
    let reason = ("reason", "同一段话,二十一分钟内");
    let decided = first.submit(&page, &decide, &[("found", "attack"), reason]);
    assert_eq!(decided.status, 303, "{}", decided.body);
    let (second, confirm) = (format!("{page}/second"), ("found", "confirmed"));
    let same = first.submit(&page, &second, &[confirm, reason]);
    assert!(
        same.status != 303 && same.body.contains("另一个人"),
        "{}",
        same.body
    );
    let other = second_decider(&running);
    let confirmed = other.submit(&page, &second, &[confirm, reason]);
    assert_eq!(confirmed.status, 303, "{}", confirmed.body);
    let public = running.browser().get(&format!("/units/{unit}/ratings"));
    assert!(public.body.contains("不计分的:21"), "{}", public.body);
    assert!(public.body.contains("两人判定") && !public.body.contains("抄来的话"));
}

#[test]
fn guessing_codes_is_refused_where_it_comes_from_and_nowhere_else() {
    let running = Running::start();
    let guesser = running.browser_at(Ipv4Addr::new(127, 0, 0, 2));
    let guess = |n: u8| guesser.get(&format!("/r/{}", written([n; 16])));
    for n in 0..30 {
        assert_eq!(guess(n).status, 404);
    }
    let refused = guess(30);
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.header("retry-after"), Some("600"));
    let sent = guesser.post(&format!("/r/{}", written([31; 16])), &[("level", "1")]);
    assert_eq!(sent.status, 429, "{}", sent.body);
    let other = running.browser().get(&format!("/r/{}", written([32; 16])));
    assert_eq!(other.status, 404, "someone elsewhere isn't slowed");
    running.time.fetch_add(601, Ordering::SeqCst);
    assert_eq!(guess(33).status, 404, "it is over after a while");
}

#[test]
fn a_rating_by_the_code_on_a_wall_is_shown_apart_and_never_scored() {
    let running = Running::start();
    let unit = unit(&running);
    let scored = || {
        let state = running.app.host.read();
        let period = "2026-12".parse().unwrap();
        state.ratings.levels(period, None).get(&unit).copied()
    };
    let before = scored();
    let path = format!("/rate/{unit}");
    let office = running.signed_in("office");
    let printed = office.get(&format!("/units/{unit}/invitations"));
    assert!(printed.body.contains(&path) && printed.body.contains("<svg"));
    for (n, level) in ["1", "2", "5", "5", "3", "none"].iter().enumerate() {
        let rater = running.browser_at(Ipv4Addr::new(127, 0, 1, u8::try_from(n).unwrap() + 1));
        let sent = rater.post(&path, &[("level", level)]);
        assert_eq!(sent.status, 303, "{}", sent.body);
    }
    assert_eq!(scored(), before);
    days_pass(&running, 31);
    let page = running
        .browser()
        .get(&format!("/units/{unit}/ratings?period=2026-12"));
    let row = page.body.split("不计分").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(row.contains(">6<"), "{row}");
    assert_eq!(scored(), before);
}

#[test]
fn a_campaign_can_turn_the_order_of_the_levels_and_nothing_is_chosen_beforehand() {
    let mut plan = small();
    let file = plan.files.get_mut("campaign.toml").unwrap();
    let turned = file.replace("min_shown = 5", "min_shown = 5\norder = \"highest-first\"");
    assert_ne!(*file, turned);
    *file = turned;
    let turned = Running::of(&plan);
    for (running, order) in [(&turned, "54321"), (Running::shared(), "12345")] {
        let page = running.browser().get(&format!("/rate/{}", unit(running)));
        let values = page.body.split("name=\"level\" value=\"").skip(1);
        let levels: String = values.filter_map(|rest| rest.chars().next()).collect();
        assert_eq!(levels, format!("{order}n"));
        assert!(!page.body.contains(" checked"));
    }
}

#[test]
fn the_pages_of_raters_are_small_and_need_no_script() {
    let running = Running::start();
    let desk = running.signed_in("desk");
    let (unit, codes) = codes(&running, &desk, "", 5);
    let code = format!("/r/{}", codes[0]);
    let rater = running.browser();
    let mut pages = vec![
        rater.get("/r"),
        rater.get(&code),
        rater.get(&format!("/rate/{unit}")),
    ];
    let sent = rater.post(&code, &[("level", "2")]);
    pages.push(rater.get(sent.header("location").unwrap()));
    pages.push(rater.post(&format!("/rate/{unit}"), &[]));
    for page in pages {
        let parts = page.body.split("<link rel=\"stylesheet\" href=\"").skip(1);
        let css = parts.map(|part| rater.get(part.split('"').next().unwrap()).body.len());
        let all = page.body.len() + css.sum::<usize>();
        assert!(all < 30_000, "{all} bytes uncompressed: {}", page.body);
        assert!(!page.body.contains("<script") && !page.body.contains("<img"));
    }
}

#[test]
fn behind_a_proxy_guesses_count_where_they_come_from() {
    let settings = web::Settings {
        proxies: vec![Ipv4Addr::LOCALHOST.into()],
        ..web::Settings::default()
    };
    let running = Running::with(&small(), settings);
    let get = |browser: &Browser, forwarded: &str, n: u8| {
        let path = format!("/r/{}", written([n; 16]));
        let header = [("x-forwarded-for", forwarded)];
        browser.send("GET", &path, &header, b"").status
    };
    let proxy = running.browser();
    for n in 0..30 {
        // What the guesser makes up stands before what the proxy adds.
        let forwarded = format!("10.0.0.{n}, 192.0.2.7");
        assert_eq!(get(&proxy, &forwarded, n), 404);
    }
    assert_eq!(get(&proxy, "192.0.2.7", 30), 429);
    assert_eq!(get(&proxy, "192.0.2.8", 31), 404);
    let liar = running.browser_at(Ipv4Addr::new(127, 0, 0, 3));
    for n in 0..30 {
        assert_eq!(get(&liar, &format!("192.0.2.{n}"), n), 404);
    }
    assert_eq!(
        get(&liar, "192.0.2.99", 32),
        429,
        "who isn't the proxy isn't believed"
    );
}
