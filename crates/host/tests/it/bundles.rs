//! Bundles: a month that is closed and published on a host, proved and checked from files alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use campaign::circular::{self, Bundle, CircularId, Proof};
use campaign::organisation::{Action as Organise, Facts, Grant, NewPerson, NewUnit};
use campaign::{Action, Actor, Command, Date, Time, figure, period, rules};
use host::Host;
use host::bundle::{BundleError, Fault, pack, unpack, verify};
use ledger::checkpoint::CheckpointError;
use ledger::{Keys, Signer, Store};

use crate::memory::Memory;
use crate::support::{MEASURES, SCHEME, key, keys, options, parts, sound};

const CAMPAIGN: &str = r#"
id = "trial"
name = { zh = "试验县", en = "Trial County" }

[calendar]
period = "month"

[calendar.closing]
cut_off_days = 3
objection_days = 3
closed_by = "closer"

[[category]]
id = "office"
name = { zh = "机关", en = "Offices" }

[[role]]
id = "closer"
name = { zh = "结账人", en = "Closes periods" }
"#;

fn january() -> rulebook::Period {
    "2026-01".parse().unwrap()
}

fn adopt() -> Action {
    let files = [
        ("campaign.toml", CAMPAIGN),
        ("measures.toml", MEASURES),
        ("schemes/office.toml", SCHEME),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    Action::Rules(rules::Action::Adopt {
        from: january(),
        files: files.into(),
    })
}

fn found() -> Action {
    let unit = |id: &str| NewUnit {
        unit: id.into(),
        facts: Facts {
            name: format!("单位 {id}"),
            category: "office".into(),
            parent: None,
            attributes: BTreeMap::new(),
        },
    };
    Action::Organisation(Organise::ImportUnits {
        from: "2026-01-01".parse().unwrap(),
        units: ["u1", "u2", "u3"].map(unit).into(),
    })
}

fn register() -> Action {
    let person = |id: &str| NewPerson {
        person: id.into(),
        unit: "u1".into(),
        profile: None,
    };
    Action::Organisation(Organise::RegisterPeople {
        from: "2026-01-01".parse().unwrap(),
        people: ["p1", "p2"].map(person).into(),
    })
}

fn give(person: &str) -> Action {
    let grant = Grant {
        role: "closer".into(),
        unit: None,
        from: "2026-01-01".parse().unwrap(),
        until: None,
    };
    Action::Organisation(Organise::GiveRole {
        person: person.into(),
        grant,
    })
}

/// How the month goes: the day, who, what.
fn steps() -> Vec<(&'static str, Actor, Action)> {
    let (program, clock) = (Actor::Program("test".into()), Actor::Clock);
    let (one, two) = (Actor::Person("p1".into()), Actor::Person("p2".into()));
    let period = january();
    let circular = CircularId(0);
    let table = "unit,requests\nu1,0.9\nu2,0.75\nu3,0.6\n".to_owned();
    let early = "2026-01-20";
    let hand_in = Action::Figure(figure::Action::HandIn { period, table });
    vec![
        (early, program.clone(), adopt()),
        (early, program.clone(), found()),
        (early, program.clone(), register()),
        (early, program.clone(), give("p1")),
        (early, program.clone(), give("p2")),
        (early, program, hand_in),
        ("2026-02-10", clock, Action::Period(period::Action::Tick {})),
        (
            "2026-02-10",
            one.clone(),
            Action::Period(period::Action::Score { period }),
        ),
        (
            "2026-02-20",
            one.clone(),
            Action::Period(period::Action::Finalise { period }),
        ),
        (
            "2026-02-20",
            one.clone(),
            Action::Circular(circular::Action::Draft { period }),
        ),
        (
            "2026-02-20",
            two,
            Action::Circular(circular::Action::Approve { circular }),
        ),
        (
            "2026-02-20",
            one,
            Action::Circular(circular::Action::Publish { circular }),
        ),
    ]
}

/// A host whose time can be set.
struct Timed {
    host: Host,
    now: Arc<AtomicI64>,
    sent: usize,
}

impl Timed {
    fn start(folder: &Path, memory: &Memory) -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let mut parts = parts(memory.opener());
        let told = Arc::clone(&now);
        parts.clock = Arc::new(move || Time(told.load(Ordering::SeqCst)));
        let host = Host::start(options("one", folder), parts).unwrap();
        Self { host, now, sent: 0 }
    }

    fn on(&self, day: &str) {
        let day: Date = day.parse().unwrap();
        self.now.store(day.start(480).0, Ordering::SeqCst);
    }

    /// Goes so many steps.
    fn go(&mut self, count: usize) {
        for (day, by, action) in steps().into_iter().skip(self.sent).take(count) {
            self.on(day);
            let id = key(&format!("step {}", self.sent));
            self.host.execute(Command { id, by, action }).unwrap();
            self.sent += 1;
        }
    }

    /// The bundle, as soon as it is signed.
    fn bundle(&self) -> Bundle {
        loop {
            match self.host.bundle(january()) {
                Err(BundleError::NotSigned(_)) => std::thread::yield_now(),
                bundle => return bundle.unwrap(),
            }
        }
    }
}

/// The bundle of the published month; made once, for all tests.
fn published() -> &'static Bundle {
    static PUBLISHED: OnceLock<Bundle> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let (folder, memory) = (tempfile::tempdir().unwrap(), Memory::default());
        let mut timed = Timed::start(folder.path(), &memory);
        timed.go(usize::MAX);
        let bundle = timed.bundle();
        sound(&mut memory.still());
        keep(&bundle);
        bundle
    })
}

/// With `UPDATE` set, a first bundle is kept for the command's tests: what was published once must verify for ever.
fn keep(bundle: &Bundle) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../merit/tests/it/bundle");
    if std::env::var_os("UPDATE").is_none() || folder.exists() {
        return;
    }
    for (path, bytes) in bundle {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_published_month_is_proved_by_its_bundle() {
    let found = verify(published(), Some(&keys()));
    assert_eq!(found.faults, []);
    assert_eq!(found.proven, Proof::ALL);
    assert_eq!(found.manifest.unwrap().period, january());
    assert!(verify(published(), None).is_sound());
}

#[test]
fn results_that_nobody_published_yet_are_proved_as_far_as_they_are() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let mut timed = Timed::start(folder.path(), &memory);
    timed.go(7);
    let none = timed.host.bundle(january());
    assert!(matches!(none, Err(BundleError::NoResults(_))));
    timed.go(1);
    let scored = verify(&timed.bundle(), Some(&keys()));
    assert!(scored.is_sound(), "{:?}", scored.faults);
    assert_eq!(scored.proven, [Proof::Rules, Proof::Scored]);
    timed.go(1);
    let closed = verify(&timed.bundle(), Some(&keys()));
    assert!(closed.is_sound(), "{:?}", closed.faults);
    assert_eq!(closed.proven, [Proof::Rules, Proof::Scored, Proof::Final]);
}

#[test]
fn a_changed_byte_in_any_file_is_found() {
    for (path, bytes) in published() {
        // Some bytes of each file, spread over all of it.
        for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
            let mut changed = published().clone();
            // One time a digit or letter becomes another, the other time its case.
            changed.get_mut(path).unwrap()[at] ^= if at % 2 == 0 { 1 } else { 32 };
            assert!(!verify(&changed, None).is_sound(), "{path}, byte {at}");
        }
        let mut more = published().clone();
        more.get_mut(path).unwrap().push(b'\n');
        assert!(!verify(&more, None).is_sound(), "{path}, with a line more");
    }
}

#[test]
fn a_file_that_is_gone_or_too_many_is_found() {
    for path in published().keys() {
        let mut without = published().clone();
        without.remove(path);
        let found = verify(&without, Some(&keys()));
        // Without it the rest is whole, but nobody says any more that it was published.
        let told = *path == Proof::Published.path() && !found.proven.contains(&Proof::Published);
        assert!(told || !found.is_sound(), "{path}");
    }
    for path in ["proofs/other.json", "other.txt"] {
        let mut more = published().clone();
        more.insert(path.to_owned(), Vec::new());
        assert!(!verify(&more, None).is_sound(), "{path}");
    }
}

#[test]
fn a_bundle_signed_by_someone_else_is_not_the_ledgers() {
    let other = Signer::from_seed("host.test", &[8; 32]).unwrap();
    let other = Keys::new(vec![other.verifier().clone()], Vec::new()).unwrap();
    let found = verify(published(), Some(&other));
    assert_eq!(
        found.faults,
        [Fault::Checkpoint(CheckpointError::NotSigned)]
    );
    assert_eq!(found.proven, []);
}

#[test]
fn proofs_that_are_exchanged_are_found() {
    let paths = Proof::ALL.map(Proof::path);
    for (at, path) in paths.iter().enumerate() {
        let mut mixed = published().clone();
        let other = published()[&paths[(at + 1) % paths.len()]].clone();
        mixed.insert(path.clone(), other);
        let found = verify(&mixed, Some(&keys()));
        let told =
            |fault: &Fault| matches!(fault, Fault::Disagrees { path: told, .. } if told == path);
        assert!(found.faults.iter().any(told), "{:?}", found.faults);
    }
}

#[test]
fn the_checkpoint_that_a_circular_refers_to_is_kept() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let mut timed = Timed::start(folder.path(), &memory);
    timed.go(usize::MAX);
    let first = timed.bundle();
    let Timed { host, now, .. } = timed;
    // Much is written and signed on the same day, also after a restart.
    let more = |host: &Host, from: u32| {
        for n in from..from + 5 {
            let id = format!("p{n}");
            let person = NewPerson {
                person: id.as_str().into(),
                unit: "u1".into(),
                profile: None,
            };
            let action = Action::Organisation(Organise::RegisterPeople {
                from: "2026-02-20".parse().unwrap(),
                people: vec![person],
            });
            host.execute(crate::support::command(&id, action)).unwrap();
        }
    };
    more(&host, 10);
    host.stop();
    let again = Timed::start(folder.path(), &memory);
    again
        .now
        .store(now.load(Ordering::SeqCst), Ordering::SeqCst);
    more(&again.host, 20);
    assert_eq!(again.bundle(), first);
    again.host.stop();
    let latest = memory.still().checkpoint().unwrap().unwrap();
    assert!(latest.size > 20, "there are later ones");
}

#[test]
fn a_bundle_in_one_file_is_the_same_bundle() {
    let text = pack(published()).unwrap();
    assert_eq!(unpack(&text).as_ref(), Some(published()));
    for altered in [
        text.replace("/1\"", "/2\""),
        text.clone() + "\n",
        text.replacen("  ", " ", 1),
        text[1..].to_owned(),
        String::new(),
    ] {
        assert_eq!(unpack(&altered), None);
    }
}
