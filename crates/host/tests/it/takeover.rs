//! Three processes on one PostgreSQL ledger: whoever writes is killed, again and again, and another takes over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ledger::Location;

use crate::child::{Orders, Process, Said};
use crate::kill::{Acknowledged, Seeded, begin};
use crate::support::{entries, once, options, parts, same, sound};

const KILLS: usize = 50;
const NAMES: [&str; 3] = ["a", "b", "c"];

/// For how long the right to write holds, usually.
const USUAL: Duration = Duration::from_secs(2);

/// With less, fifty rounds don't take minutes.
const SHORT: Duration = Duration::from_millis(600);

/// One of the three places, and the process that is there.
struct Seat {
    name: &'static str,
    process: Option<Process>,
    acknowledged: Acknowledged,
}

/// The three, and what they said about writing.
struct Bench {
    location: Location,
    data: tempfile::TempDir,
    seats: [Seat; 3],
    /// Epoch → who writes, and how many entries there were.
    writers: BTreeMap<u64, (&'static str, u64)>,
}

impl Bench {
    fn new() -> Self {
        let location = Location::Postgres(testbed::Postgres::shared().database());
        let data = tempfile::tempdir().unwrap();
        begin(&location, &data.path().join("begin"));
        let seats = NAMES.map(|name| Seat {
            name,
            process: None,
            acknowledged: Acknowledged::default(),
        });
        let mut bench = Self {
            location,
            data,
            seats,
            writers: BTreeMap::new(),
        };
        for at in 0..NAMES.len() {
            bench.start(at, SHORT);
        }
        bench
    }

    /// Puts a process into its place; it goes on where the one before was cut off.
    fn start(&mut self, at: usize, ttl: Duration) {
        let seat = &mut self.seats[at];
        let orders = Orders {
            name: seat.name.to_owned(),
            location: self.location.clone(),
            data: self.data.path().join(seat.name).display().to_string(),
            ttl,
            next: seat.acknowledged.next(),
        };
        seat.process = Some(Process::start(&orders));
    }

    fn take(&mut self, at: usize, said: &Said) {
        let seat = &mut self.seats[at];
        seat.acknowledged.take(seat.name, said);
        if let Said::Writes { epoch, length } = *said {
            let other = self.writers.insert(epoch, (seat.name, length));
            assert_eq!(other, None, "two writers in epoch {epoch}");
        }
    }

    /// Takes in whatever was said.
    fn listen(&mut self) {
        for at in 0..self.seats.len() {
            let process = self.seats[at].process.as_ref();
            let heard: Vec<Said> = process.into_iter().flat_map(Process::heard).collect();
            for said in heard {
                self.take(at, &said);
            }
        }
    }

    fn count(&self) -> usize {
        let counts = self.seats.iter().map(|seat| seat.acknowledged.count());
        counts.sum()
    }

    /// Waits until so many more commands are acknowledged, and somebody writes in an epoch after this one.
    fn wait(&mut self, epoch: u64, more: usize) {
        let (before, deadline) = (self.count(), Instant::now() + Duration::from_secs(60));
        while self.count() < before + more || self.epoch() <= epoch {
            assert!(Instant::now() < deadline, "nobody has taken over");
            std::thread::sleep(Duration::from_millis(1));
            self.listen();
        }
    }

    /// The latest epoch in which anybody writes.
    fn epoch(&self) -> u64 {
        self.writers.last_key_value().map_or(0, |(epoch, _)| *epoch)
    }

    /// Kills whoever writes. How long it takes until someone else does.
    fn kill_writer(&mut self, ttl: Duration) -> Duration {
        let epoch = self.epoch();
        let (name, _) = self.writers[&epoch];
        let at = NAMES.iter().position(|one| *one == name).unwrap();
        let process = self.seats[at].process.take().unwrap();
        let killed = Instant::now();
        for said in process.kill() {
            self.take(at, &said);
        }
        self.wait(epoch, 1);
        let took = killed.elapsed();
        self.start(at, ttl);
        took
    }
}

#[test]
fn three_processes_share_a_ledger_and_whoever_writes_may_be_killed() {
    let (mut bench, mut random) = (Bench::new(), Seeded(5));
    bench.wait(0, 20);
    let mut longest = Duration::ZERO;
    for kill in 0..KILLS {
        // Now and then one starts that keeps its right to write for as long as usual.
        let ttl = if kill % 8 == 3 { USUAL } else { SHORT };
        longest = longest.max(bench.kill_writer(ttl));
        let more = usize::try_from(random.below(30)).unwrap();
        bench.wait(0, more);
        std::thread::sleep(Duration::from_micros(random.below(5_000)));
    }
    for at in 0..NAMES.len() {
        let process = bench.seats[at].process.take().unwrap();
        for said in process.kill() {
            bench.take(at, &said);
        }
    }
    println!(
        "{KILLS} kills, {} commands, the longest take-over {longest:?}",
        bench.count()
    );
    assert!(longest < Duration::from_secs(5), "{longest:?}");
    bench.check();
}

impl Bench {
    /// Nothing acknowledged is lost or stands twice; each writer went on where the one before had ended.
    fn check(self) {
        let mut store = self.location.open().unwrap();
        let all = entries(store.as_mut(), 0);
        once(&all);
        for seat in &self.seats {
            seat.acknowledged.stand(0, &all);
        }
        let lengths: Vec<u64> = self.writers.values().map(|(_, length)| *length).collect();
        assert!(lengths.is_sorted(), "{:?}", self.writers);
        assert!(self.writers.len() > KILLS);
        let rebuilt = sound(store.as_mut());
        let place = self.location.clone();
        let open: host::Opener = std::sync::Arc::new(move || place.open());
        let mut options = options("last", self.data.path().join("a").as_ref());
        options.renew = Duration::from_millis(50);
        let host = host::Host::start(options, parts(open)).unwrap();
        same(&host.read(), &rebuilt);
    }
}
