//! Appending in groups, next to plain inserts of the same bytes.

use std::path::Path;
use std::time::Duration;

use ledger::{Batch, Claim, Lease, PostgresStore, Salt, Sealed, SqliteStore, Store};

use crate::Done;
use crate::county;
use crate::peers::{self, Columns};
use crate::turns::{Side, compare, rate};

/// How many entries a transaction holds, and how many transactions are timed.
const GROUPS: [(usize, usize); 4] = [(1, 500), (32, 300), (500, 200), (5_000, 40)];

/// Entries of these bodies, with salts as random as any; as many as wanted, again and again.
pub fn sealed(bodies: &[Vec<u8>], count: usize) -> Done<Vec<Sealed>> {
    let mut salts = vec![0; 32 * count];
    getrandom::fill(&mut salts).map_err(|error| error.to_string())?;
    let (salts, _) = salts.as_chunks::<32>();
    let entries = bodies.iter().cycle().zip(salts).map(|(body, salt)| Sealed {
        body: body.clone(),
        salt: Salt(*salt),
    });
    Ok(entries.collect())
}

/// The right to write to a store that nobody else has.
pub fn claim(store: &mut dyn Store) -> Done<Lease> {
    match store.claim("bench", Duration::from_secs(3_600))? {
        Claim::Held(lease) => Ok(lease),
        Claim::Busy(who) => Err(format!("{who} writes").into()),
    }
}

/// Appends the entries in groups.
pub fn append(store: &mut dyn Store, lease: Lease, entries: &[Sealed], group: usize) -> Done<()> {
    let mut first = store.length()?;
    for entries in entries.chunks(group) {
        let batch = Batch {
            first,
            entries,
            ..Batch::default()
        };
        store.append(lease, &batch)?;
        first += entries.len() as u64;
    }
    Ok(())
}

fn timed(mut store: impl Store, entries: &[Sealed], group: usize) -> Done<f64> {
    let lease = claim(&mut store)?;
    rate(entries.len(), || append(&mut store, lease, entries, group))
}

/// The SQLite store: bodies of 300 bytes, and those of a county's year.
pub fn sqlite(folder: &Path, units: u32, rounds: usize) -> Done<()> {
    let plain = vec![vec![b'x'; 300]];
    let county = county::bodies(units)?;
    for (kind, bodies) in [("300 bytes", &plain), ("a county's entries", &county)] {
        for (group, times) in GROUPS {
            let entries = sealed(bodies, group * times)?;
            let new = || tempfile::tempdir_in(folder);
            let sides = vec![
                Side::new("merit", || {
                    let folder = new()?;
                    let store = SqliteStore::open(&folder.path().join("ledger"))?;
                    timed(store, &entries, group)
                }),
                Side::new("SQLite, body alone", || {
                    peers::sqlite(&new()?.path().join("plain"), &entries, group, Columns::Body)
                }),
                Side::new("SQLite", || {
                    peers::sqlite(&new()?.path().join("plain"), &entries, group, Columns::Both)
                }),
            ];
            compare(&format!("{kind}, groups of {group}"), rounds, sides)?;
        }
    }
    Ok(())
}

/// The PostgreSQL store on a server of its own that writes to the disk before it acknowledges.
pub fn postgres(folder: &Path, rounds: usize) -> Done<()> {
    let server = testbed::Postgres::start(&["fsync = on", "shared_buffers = '128MB'"]);
    let bodies = vec![vec![b'x'; 300]];
    for (group, times) in GROUPS.into_iter().take(3) {
        let entries = sealed(&bodies, group * times)?;
        let sides = vec![
            Side::new("merit", || {
                let store = PostgresStore::open(&server.database())?;
                if !store.is_durable() {
                    return Err("the server's fsync is off".into());
                }
                timed(store, &entries, group)
            }),
            Side::new("pgbench", || {
                peers::pgbench(folder, &server.database(), &entries, group)
            }),
        ];
        compare(&format!("300 bytes, groups of {group}"), rounds, sides)?;
    }
    Ok(())
}
