//! Files: the same as the pages; feeds that can be read.

use crate::support::Running;

#[test]
fn the_bundle_of_a_circular_can_be_verified() {
    let running = Running::shared();
    // The first checkpoint is signed a moment after the start.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while running.app.host.status().sequenced < running.app.host.status().length {
        assert!(std::time::Instant::now() < deadline, "nothing is signed");
        std::thread::yield_now();
    }
    let answer = running.browser().get("/circulars/0/bundle.json");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let bundle = host::bundle::unpack(&answer.body).unwrap();
    let found = host::bundle::verify(&bundle, None);
    assert!(found.is_sound(), "{:?}", found.faults);
}

#[test]
fn a_csv_says_what_the_page_says() {
    let browser = Running::shared().browser();
    let page = browser.get("/services").body;
    let csv = browser.get("/services?as=csv&table=services");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let grid = rulebook::grid::read("services.csv", csv.body.as_bytes()).unwrap();
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), 0);
    while reader.next(&mut cells).is_some() {
        assert!(page.contains(cells[0].as_ref()), "{}", cells[0]);
        rows += 1;
    }
    assert!(rows > 0);
    assert_eq!(browser.get("/services?as=pdf").status, 404);
}

#[test]
fn feeds_are_well_formed() {
    let running = Running::shared();
    let browser = running.browser();
    let atom = browser.get("/feeds/circulars.atom").body;
    assert!(atom.starts_with("<?xml") && atom.contains("<entry><id>"));
    assert_eq!(
        atom.matches("<entry>").count(),
        atom.matches("</entry>").count()
    );
    let unit = {
        let state = running.app.host.read();
        let mut units = state.organisation.units(running.app.today(&state));
        units.next().unwrap().0.to_string()
    };
    let path = format!("/calendar/{unit}/due.ics");
    let calendar = browser.get(&path).body;
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(calendar.contains("BEGIN:VEVENT"), "{calendar}");
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75));
    assert_eq!(calendar, browser.get(&path).body, "it is stable");
}

#[test]
fn a_table_is_looked_at_first_and_taken_whole_or_not_at_all() {
    let running = Running::start();
    let path = "/office/import/figures";
    assert_eq!(running.browser().get(path).status, 404);
    let office = running.signed_in("office");
    let (measure, unit, length) = {
        let state = running.app.host.read();
        let book = state.rules.latest().unwrap();
        let mut measures = book.campaign.measures.iter().map(|written| &written.item);
        let by_file = |measure: &&rulebook::model::Measure| {
            matches!(measure.filled_by, Some(rulebook::model::FilledBy::File))
                || measure.filled_by.is_none()
        };
        let measure = measures.find(by_file).unwrap().id.as_str().to_owned();
        let mut units = state.organisation.units(running.app.today(&state));
        (measure, units.next().unwrap().0.to_string(), state.length())
    };
    let send = |step: &str, table: &str| {
        let fields = [("period", "2026-12"), ("table", table), ("step", step)];
        office.submit(path, path, &fields)
    };
    let wrong = send("hand-in", &format!("unit,{measure}\n{unit},abc\n"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("class=\"wrong\""), "{}", wrong.body);
    let good = format!("unit,{measure}\n{unit},1\n");
    let looked = send("look", &good);
    assert_eq!(looked.status, 422);
    assert!(looked.body.contains("value=\"hand-in\""), "{}", looked.body);
    assert_eq!(
        running.app.host.read().length(),
        length,
        "nothing is taken yet"
    );
    let taken = send("hand-in", &good);
    assert_eq!(taken.status, 303, "{}", taken.body);
    assert_eq!(running.app.host.read().length(), length + 1);
}
