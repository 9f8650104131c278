//! Passkeys, as far as no browser is needed; what a browser makes and shows is in `browser.rs`.

use web::Settings;
use web::demo::PASSWORD;

use crate::support::{Running, small};

fn named() -> Running {
    let settings = Settings {
        base: "http://localhost".to_owned(),
        ..Settings::default()
    };
    Running::with(&small(), settings)
}

#[test]
fn by_a_bare_address_nothing_speaks_of_passkeys() {
    let running = Running::shared();
    let browser = running.signed_in("desk");
    assert!(!browser.get("/account").body.contains("passkey"));
    let page = running.browser().get("/sign-in");
    assert!(!page.body.contains("passkey"));
    let csrf = browser.get("/account").hidden("csrf");
    for path in ["/sign-in/passkey/options", "/sign-in/passkey"] {
        assert_eq!(browser.post(path, &[("csrf", &csrf)]).status, 404);
    }
}

#[test]
fn what_is_asked_for_fits_a_device_that_checks_who_holds_it() {
    let running = named();
    let browser = running.browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    assert_eq!(browser.post("/sign-in/passkey/options", &[]).status, 403);
    let asked = browser.post("/sign-in/passkey/options", &[("csrf", &csrf)]);
    let asked: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(asked["rpId"], "localhost");
    assert_eq!(asked["userVerification"], "required");
    assert!(
        asked["allowCredentials"]
            .as_array()
            .is_none_or(Vec::is_empty)
    );

    let desk = running.signed_in("desk");
    let csrf = desk.get("/account").hidden("csrf");
    let form = |name: &'static str, password: &'static str| {
        [
            ("csrf", csrf.as_str()),
            ("passkey-name", name),
            ("password", password),
        ]
    };
    assert_eq!(
        desk.post("/account/passkeys", &form("", PASSWORD)).status,
        422
    );
    assert_eq!(
        desk.post("/account/passkeys", &form("phone", "a guess"))
            .status,
        422
    );
    let page = desk.post("/account/passkeys", &form("<b>phone", PASSWORD));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("data-passkey=\"make\"") && !page.body.contains("<b>phone"));
}

#[test]
fn what_no_device_said_signs_nobody_in() {
    let running = named();
    let browser = running.browser();
    let csrf = browser.get("/sign-in?lang=en").hidden("csrf");
    for said in [
        "",
        "{}",
        "[]",
        "nonsense",
        "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\"}",
    ] {
        let form = [("csrf", csrf.as_str()), ("credential", said)];
        let answer = browser.post("/sign-in/passkey", &form);
        assert_eq!(answer.status, 403, "{said}");
        assert!(
            answer.body.contains("The passkey doesn&#39;t hold"),
            "{}",
            answer.body
        );
        assert!(
            answer.body.contains("name=\"password\""),
            "the page is there again"
        );
    }
    let desk = running.signed_in("desk");
    let csrf = desk.get("/account").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("passkey-name", "x"),
        ("credential", "{}"),
    ];
    assert_eq!(desk.post("/account/passkeys/made", &form).status, 403);
    // Someone else's, or none at all, isn't renamed or taken away.
    for path in ["/account/passkeys/name", "/account/passkeys/end"] {
        let form = [
            ("csrf", csrf.as_str()),
            ("number", "x"),
            ("passkey-name", "x"),
        ];
        assert_eq!(desk.post(path, &form).status, 404);
    }
}

#[test]
fn nobody_can_hold_all_places_of_those_who_are_signing_in() {
    let running = named();
    let browser = running.browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    let ask = || {
        browser
            .post("/sign-in/passkey/options", &[("csrf", &csrf)])
            .status
    };
    let asked: Vec<u16> = (0..31).map(|_| ask()).collect();
    assert!(asked[..30].iter().all(|status| *status == 200), "{asked:?}");
    assert_eq!(asked[30], 429);
}
