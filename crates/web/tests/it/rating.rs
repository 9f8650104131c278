//! Rating a service, through real requests.

use campaign::UnitId;

use crate::support::Running;

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
