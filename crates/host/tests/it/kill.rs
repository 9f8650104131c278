//! Kill -9 at any moment, two hundred times, on one SQLite file under load.

use std::time::Duration;

use campaign::CommandId;
use host::Host;
use ledger::{Location, Store};

use crate::child::{Orders, Process, Said, THREADS, id};
use crate::support::{adopt, entries, found, key, once, options, parts, same, sound};

const ROUNDS: usize = 200;

/// Numbers that look random, the same in each run (splitmix64).
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// Makes the ledger, with rules and a unit.
pub fn begin(location: &Location, data: &std::path::Path) {
    let place = location.clone();
    let open: host::Opener = std::sync::Arc::new(move || place.open());
    let host = Host::start(options("begin", data), parts(open)).unwrap();
    host.execute(adopt()).unwrap();
    host.execute(found()).unwrap();
    host.stop();
}

/// What was acknowledged: by thread, in order.
#[derive(Default)]
pub struct Acknowledged(pub [Vec<(CommandId, u64)>; THREADS]);

impl Acknowledged {
    pub fn next(&self) -> [u64; THREADS] {
        std::array::from_fn(|thread| self.0[thread].len() as u64)
    }

    pub fn take(&mut self, name: &str, said: &Said) {
        if let Said::Done { thread, n, entry } = *said {
            let done = &mut self.0[thread];
            assert_eq!(n, done.len() as u64, "one after the other");
            assert!(done.last().is_none_or(|(_, before)| *before < entry));
            done.push((key(&id(name, thread, n)), entry));
        }
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Each stands where it was told to stand; `entries` begin at `from`.
    pub fn stand(&self, from: u64, entries: &[campaign::Entry]) {
        for (command, at) in self.0.iter().flatten() {
            if let Some(at) = at.checked_sub(from) {
                let entry = entries.get(usize::try_from(at).unwrap());
                assert_eq!(entry.map(|entry| entry.cmd), Some(*command), "entry {at}");
            }
        }
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_stands_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let location = Location::File(folder.path().join("ledger.merit"));
    begin(&location, &data);
    let (mut random, mut acknowledged) = (Seeded(3), Acknowledged::default());
    for round in 0..ROUNDS {
        let before = location.open().unwrap().length().unwrap();
        let process = Process::start(&Orders {
            name: "a".to_owned(),
            location: location.clone(),
            data: data.display().to_string(),
            ttl: Duration::from_secs(2),
            next: acknowledged.next(),
        });
        // Some rounds end while it starts, the others after a few commands.
        if round % 8 == 0 {
            std::thread::sleep(Duration::from_millis(random.below(60)));
        } else {
            for _ in 0..random.below(40) {
                let said = process.next(Duration::from_secs(60));
                acknowledged.take("a", &said.expect("it goes on"));
            }
            std::thread::sleep(Duration::from_micros(random.below(3_000)));
        }
        for said in process.kill() {
            acknowledged.take("a", &said);
        }
        let mut store = location.open().unwrap();
        acknowledged.stand(before, &entries(store.as_mut(), before));
        if round % 25 == 24 {
            sound(store.as_mut());
        }
    }
    let mut store = location.open().unwrap();
    let all = entries(store.as_mut(), 0);
    once(&all);
    acknowledged.stand(0, &all);
    assert!(acknowledged.count() > 1_000, "there was load");
    // What was written and not acknowledged: at most one command of each thread.
    let (all, told) = (all.len(), acknowledged.count() + 2);
    assert!((told..=told + THREADS).contains(&all), "{told} of {all}");
    let rebuilt = sound(store.as_mut());
    let open: host::Opener = std::sync::Arc::new(move || location.open());
    let host = Host::start(options("a", &data), parts(open)).unwrap();
    assert!(host.status().snapshot > 0, "it started from a snapshot");
    same(&host.read(), &rebuilt);
}
