//! What anyone sees: only what is final; every point explained; small cells withheld.

use crate::support::{Browser, Running};
use campaign::UnitId;
use campaign::period::Stage;
use rulebook::Period;

/// The latest final period, the preliminary one, and a unit scored in both.
fn scene(running: &Running) -> (Period, Period, UnitId) {
    let state = running.app.host.read();
    let (last, run) = state.periods.last_final().unwrap();
    let unit = run.classes[0].units[0].unit.clone();
    let mut all = state.periods.iter();
    let preliminary = all.find(|(_, of)| matches!(of.stage, Stage::Preliminary { .. }));
    (last, preliminary.unwrap().0, unit)
}

fn ok(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert!(!answer.body.contains("style="), "{path} has inline style");
    answer.body
}

#[test]
fn every_public_page_is_there_in_both_languages() {
    let running = Running::shared();
    let (last, _, unit) = scene(running);
    let browser = running.browser();
    let paths = [
        "/".to_owned(),
        "/circulars".to_owned(),
        "/circulars/0".to_owned(),
        format!("/categories/village/{last}"),
        "/units".to_owned(),
        format!("/units/{unit}"),
        format!("/units/{unit}/score/{last}"),
        "/promises".to_owned(),
        "/services".to_owned(),
        "/honours".to_owned(),
        "/log".to_owned(),
    ];
    for lang in ["zh", "en"] {
        for path in &paths {
            let body = ok(&browser, &format!("{path}?lang={lang}"));
            for id in ["public-", "charts-"] {
                let text = body.replace("href=\"", "");
                assert!(!text.contains(&format!(">{id}")), "{path} lacks a message");
            }
        }
    }
}

#[test]
fn nobody_sees_preliminary_results_but_those_inside() {
    let running = Running::shared();
    let (_, preliminary, unit) = scene(running);
    let browser = running.browser();
    for path in [
        format!("/categories/township/{preliminary}"),
        format!("/units/{unit}/score/{preliminary}"),
    ] {
        assert_eq!(browser.get(&path).status, 404, "{path}");
    }
    let link = format!("/score/{preliminary}\"");
    assert!(!ok(&browser, &format!("/units/{unit}")).contains(&link));
    let office = running.signed_in("office");
    let inside = ok(&office, &format!("/units/{unit}/score/{preliminary}"));
    assert!(
        inside.contains("role=\"note\""),
        "it is marked as preliminary"
    );
}

#[test]
fn the_points_explained_add_up_to_the_score() {
    let running = Running::shared();
    let (last, ..) = scene(running);
    let browser = running.browser();
    let state = running.app.host.read();
    let run = state.periods.final_results(last).unwrap();
    for class in &run.classes {
        let result = &class.units[0];
        let Some(score) = result.score.and_then(campaign::figure::Amount::given) else {
            continue;
        };
        let path = format!("/units/{}/score/{last}?as=csv&table=points", result.unit);
        let csv = ok(&browser, &path);
        let grid = rulebook::grid::read("points.csv", csv.as_bytes()).unwrap();
        let (mut reader, mut cells, mut sum) = (grid.reader(), Vec::new(), 0.0);
        while reader.next(&mut cells).is_some() {
            sum += cells[4].parse::<f64>().unwrap_or(0.0);
        }
        assert!(
            (sum - score).abs() < 0.02,
            "{}: {sum} isn't {score}",
            result.unit
        );
    }
}

#[test]
fn cells_of_few_ratings_are_withheld_and_pages_are_small() {
    let running = Running::shared();
    let (last, ..) = scene(running);
    let browser = running.browser();
    let (units, least) = {
        let state = running.app.host.read();
        let run = state.periods.final_results(last).unwrap();
        let units: Vec<UnitId> = run
            .classes
            .iter()
            .map(|class| class.units[0].unit.clone())
            .collect();
        let book = state.rules.of(last).unwrap();
        (units, book.campaign.file.ratings.min_shown)
    };
    for unit in units {
        let path = format!("/units/{unit}");
        assert!(ok(&browser, &path).len() < 300_000, "{path} is large");
        let csv = ok(&browser, &format!("{path}?as=csv&table=ratings"));
        let grid = rulebook::grid::read("ratings.csv", csv.as_bytes()).unwrap();
        let (mut reader, mut cells) = (grid.reader(), Vec::new());
        while reader.next(&mut cells).is_some() {
            let counts = cells[1..]
                .iter()
                .filter_map(|cell| cell.parse::<u32>().ok());
            let all: u32 = counts.sum();
            assert!(all == 0 || all >= least, "{path} shows {all} ratings");
        }
    }
}

#[test]
fn those_inside_a_unit_see_nothing_preliminary_of_its_peers() {
    let running = Running::shared();
    let (_, preliminary, _) = scene(running);
    let secretary = running.signed_in("secretary");
    let own = {
        let state = running.app.host.read();
        let mut all = state.organisation.units(running.app.today(&state));
        let sees = |unit: &UnitId| {
            secretary
                .get(&format!("/units/{unit}/score/{preliminary}"))
                .status
                == 200
        };
        all.find(|(unit, _)| sees(unit))
            .map(|(unit, _)| unit.clone())
    };
    let page = ok(&secretary, &format!("/units/{}", own.unwrap()));
    let link = format!("/score/{preliminary}\"");
    assert_eq!(page.matches(&link).count(), 1, "only its own");
}

/// The table of a page as a file, row after row.
fn rows(browser: &Browser, path: &str, table: &str) -> Vec<Vec<String>> {
    let csv = ok(browser, &format!("{path}?as=csv&table={table}"));
    let grid = rulebook::grid::read("table.csv", csv.as_bytes()).unwrap();
    let (mut reader, mut cells, mut all) = (grid.reader(), Vec::new(), Vec::new());
    while reader.next(&mut cells).is_some() {
        all.push(cells.iter().map(ToString::to_string).collect());
    }
    all
}

/// How many parts are withheld beside a whole that is told, over all units of a campaign that
/// withholds what is about fewer than `least` ratings; panics where one of them can be computed.
fn withheld_beside_a_whole(least: u32) -> usize {
    let mut plan = crate::support::small();
    let campaign = plan.files.get_mut("campaign.toml").unwrap();
    *campaign = campaign.replace("min_shown = 5", &format!("min_shown = {least}"));
    let running = Running::of(&plan);
    let (last, ..) = scene(&running);
    let browser = running.browser();
    let units: Vec<UnitId> = {
        let state = running.app.host.read();
        let run = state.periods.final_results(last).unwrap();
        let all = run.classes.iter().flat_map(|class| &class.units);
        all.map(|result| result.unit.clone()).collect()
    };
    let mut beside = 0;
    for unit in units {
        let path = format!("/units/{unit}");
        for table in ["ratings", "services"] {
            let page = ok(&browser, &path);
            if !page.contains(&format!("table={table}\"")) {
                continue;
            }
            let mut rows = rows(&browser, &path, table);
            let count = |row: &[String]| -> Option<u32> {
                row[1..].iter().map(|cell| cell.parse::<u32>().ok()).sum()
            };
            let whole = count(&rows.pop().unwrap());
            let parts: Vec<Option<u32>> = rows.iter().map(|row| count(row)).collect();
            let hidden = parts.iter().filter(|part| part.is_none()).count();
            let open: u32 = parts.iter().flatten().sum();
            assert!(
                parts
                    .iter()
                    .chain([&whole])
                    .flatten()
                    .all(|n| *n == 0 || *n >= least),
                "{path}"
            );
            if let Some(whole) = whole {
                assert_ne!(hidden, 1, "{path}: the one withheld follows from the rest");
                assert!(hidden == 0 || whole - open >= least, "{path}");
                beside += hidden;
            } else {
                assert!(hidden > 0, "{path}: the whole follows from its parts");
            }
        }
        let api = ok(&browser, &format!("/api/v1/units/{unit}/ratings/{last}"));
        let api: serde_json::Value = serde_json::from_str(&api).unwrap();
        let score = ok(&browser, &format!("/api/v1/units/{unit}/score/{last}"));
        let score: serde_json::Value = serde_json::from_str(&score).unwrap();
        let items = score["explanation"]["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["measure"] == "satisfied");
        if let Some(item) = item.filter(|_| api["all"] == "withheld") {
            assert!(item["n"].is_null() && item["figure"].is_null() && item["handed_in"].is_null());
        }
    }
    beside
}

#[test]
fn what_is_withheld_follows_from_no_page_beside_it() {
    let beside: usize = [10, 18, 30].map(withheld_beside_a_whole).iter().sum();
    assert!(
        beside > 0,
        "nothing is withheld beside a whole: the test says nothing"
    );
}

#[test]
fn units_stand_beside_each_other_by_name_and_period_never_by_rank() {
    let running = Running::shared();
    let (last, preliminary, _) = scene(running);
    let browser = running.browser();
    for category in ["township", "village", "office", "enterprise"] {
        let path = format!("/categories/{category}/months");
        let page = ok(&browser, &format!("{path}?lang=en"));
        assert!(page.contains("class=\"c-h1\"") && page.len() < 300_000);
        assert!(!page.contains(&preliminary.to_string()[2..]), "{path}");
        let rows = rows(&browser, &path, "months");
        let state = running.app.host.read();
        let run = state.periods.final_results(last).unwrap();
        let mut classes = run.classes.iter();
        let class = classes
            .find(|class| class.category.as_str() == category)
            .unwrap();
        assert!(rows.len() >= class.units.len());
        for result in &class.units {
            let facts = state
                .organisation
                .facts(&result.unit, running.app.today(&state));
            let row = rows
                .iter()
                .find(|row| row[0] == facts.unwrap().name)
                .unwrap();
            let told: f64 = row.last().unwrap().parse().unwrap();
            let score = result
                .score
                .and_then(campaign::figure::Amount::given)
                .unwrap();
            assert!(
                (told - score).abs() < 0.006,
                "{}: {told} isn't {score}",
                row[0]
            );
        }
    }
    let office = running.signed_in("office");
    let inside = ok(&office, "/categories/township/months?lang=en");
    assert!(inside.contains(&preliminary.to_string()[2..]) && inside.contains("role=\"note\""));
    assert_eq!(browser.get("/categories/nonsense/months").status, 404);
}

#[test]
fn anyone_can_check_the_log_offline() {
    let running = Running::start();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while running.app.host.status().sequenced < running.app.host.status().length {
        assert!(std::time::Instant::now() < deadline, "nothing is signed");
        std::thread::yield_now();
    }
    let browser = running.browser();
    let page = ok(&browser, "/log?lang=en");
    let keys = browser.get("/log/keys").body;
    let keys = keys.lines().map(|line| line.parse().unwrap()).collect();
    let keys = ledger::Keys::new(keys, Vec::new()).unwrap();
    let kept = keys
        .open(&browser.get("/log/checkpoint").body)
        .unwrap()
        .checkpoint;
    assert!(page.contains(&kept.head.root.to_string()));
    // A circular's entry is laid open, and nothing else.
    let link = page.split("href=\"/log/entries/").nth(1).unwrap();
    let height = link.split('"').next().unwrap();
    let entry = browser.get(&format!("/log/entries/{height}"));
    let entry: ledger::disclose::Disclosure = serde_json::from_str(&entry.body).unwrap();
    entry.verify(&keys).unwrap();
    let mut forged = entry.clone();
    forged.body = forged.body.replace('1', "2");
    assert!(forged.verify(&keys).is_err());
    for other in [0, entry.index + 1, u64::MAX] {
        assert_eq!(
            browser.get(&format!("/log/entries/{other}")).status,
            404,
            "{other}"
        );
    }
    // What comes later goes on from what was kept.
    let path = format!("/rate/{}?lang=en", scene(&running).2);
    assert_eq!(browser.post(&path, &[("level", "4")]).status, 303);
    let later = loop {
        let checkpoint = keys
            .open(&browser.get("/log/checkpoint").body)
            .unwrap()
            .checkpoint;
        if checkpoint.head.size > kept.head.size {
            break checkpoint;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "nothing more is signed"
        );
        std::thread::yield_now();
    };
    let since = browser.get(&format!("/log/since/{}", kept.head.size));
    let since: ledger::disclose::Continuation = serde_json::from_str(&since.body).unwrap();
    assert_eq!((since.from, since.to), (kept.head.size, later.head.size));
    ledger::tree::verify_consistency(&kept.head, &later.head, &since.proof).unwrap();
    assert_eq!(browser.get("/log/since/99999999").status, 404);
    assert_eq!(browser.get("/log/since/x").status, 404);
}

#[test]
fn a_units_promise_is_public_and_a_persons_only_once_it_is_kept() {
    let running = Running::start();
    let secretary = running.signed_in("secretary");
    let page = secretary.get("/me").body;
    let unit = page.split("href=\"/units/").nth(1).unwrap();
    let unit = unit.split('/').next().unwrap().to_owned();
    let form = format!("/units/{unit}/promises/new");
    let code = secretary.get(&form).hidden("code");
    let fields = [
        ("title", "修好进村的路"),
        ("due", "2027-03-31"),
        ("start", "1"),
        ("target", "2"),
        ("code", &code),
    ];
    assert_eq!(secretary.submit(&form, &form, &fields).status, 303);
    let browser = running.browser();
    let paths = ["/promises".to_owned(), format!("/units/{unit}")];
    for path in &paths {
        assert!(!ok(&browser, path).contains("修好进村的路"), "{path}");
    }
    let work = {
        let state = running.app.host.read();
        state.work.items().next_back().unwrap().0.0
    };
    let name = {
        let state = running.app.host.read();
        let item = state.work.item(campaign::work::WorkId(work)).unwrap();
        let person = item.person.clone().unwrap();
        let app = &running.app;
        app.texts
            .profile(&app.host, &state, &person)
            .map(|one| one.name)
    };
    let at = format!("/work/{work}");
    let done = [("outcome", "路修好了")];
    let finished = secretary.submit(&at, &format!("{at}/finish"), &done);
    assert_eq!(finished.status, 303, "{}", finished.body);
    let judged = browser.submit(
        &format!("/ask/{code}"),
        &format!("/ask/{code}"),
        &[("verdict", "passed")],
    );
    assert_eq!(judged.status, 303, "{}", judged.body);
    for path in &paths {
        let page = ok(&browser, path);
        assert!(page.contains("修好进村的路"), "{path}");
        if let Some(name) = name.as_ref().filter(|name| !name.is_empty()) {
            assert!(!page.contains(name.as_str()), "{path} names who kept it");
        }
    }
}
