//! What goes wrong around a host: clocks, callers, mistakes in the program, a folder that is full or gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use campaign::Time;
use host::{Failure, Host, Parts, Role, StartError};

use crate::memory::Memory;
use crate::support::{NOW, begun, options, parts, register, same, sound, start, until};

/// Parts whose clock says what it is told.
fn timed(memory: &Memory) -> (Parts, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(NOW.0));
    let told = Arc::clone(&now);
    let clock: host::Clock = Arc::new(move || Time(told.load(Ordering::SeqCst)));
    let parts = Parts {
        clock,
        ..parts(memory.opener())
    };
    (parts, now)
}

#[test]
fn a_clock_that_goes_back_makes_nothing_undone() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let (parts, now) = timed(&memory);
    let host = Host::start(options("one", folder.path()), parts).unwrap();
    let times = [NOW.0, NOW.0 - 40 * 86_400, NOW.0 + 5];
    for (n, at) in (3..).zip(times) {
        now.store(at, Ordering::SeqCst);
        let id = format!("p{n}");
        let receipt = host.execute(register(&id, &id)).unwrap();
        assert_eq!(receipt.entries.end, n);
        assert_eq!(host.execute(register(&id, &id)), Ok(receipt));
    }
    let live = host.read();
    host.stop();
    same(&live, &sound(&mut memory.still()));
}

#[test]
fn what_cannot_be_written_is_told_as_a_mistake_and_takes_nobody_down() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let (parts, now) = timed(&memory);
    let host = Host::start(options("one", folder.path()), parts).unwrap();
    // No JSON number holds that time.
    now.store(1 << 60, Ordering::SeqCst);
    let outcomes = host.execute_all([register("a", "p1"), register("b", "p2")]);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?}");
    }
    assert_eq!(host.read().length(), 2, "nothing is written");
    now.store(NOW.0, Ordering::SeqCst);
    assert_eq!(host.execute(register("a", "p1")).unwrap().entries, 2..3);
    host.stop();
    sound(&mut memory.still());
}

#[test]
fn a_reply_that_panics_is_nobody_elses_harm() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    host.submit(register("a", "p1"), |_| panic!("a caller's mistake"));
    assert_eq!(host.execute(register("b", "p2")).unwrap().entries, 3..4);
    assert_eq!(host.stop().role, Role::Ended);
    sound(&mut memory.still());
}

#[test]
fn a_host_that_dies_answers_whoever_waits() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let clock: host::Clock = Arc::new(|| panic!("a clock that is broken"));
    let parts = Parts {
        clock,
        ..parts(memory.opener())
    };
    let host = Host::start(options("one", folder.path()), parts).unwrap();
    assert_eq!(host.execute(register("a", "p1")), Err(Failure::Stopped));
    until("it has ended", || host.status().role == Role::Ended);
    assert_eq!(host.execute(register("b", "p2")), Err(Failure::Stopped));
    assert_eq!(host.read().length(), 2, "readers go on");
}

#[test]
fn requests_that_come_while_a_host_stops_are_answered() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = Arc::new(start(folder.path(), &memory));
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for lane in 0..4 {
            let (host, send) = (Arc::clone(&host), send.clone());
            scope.spawn(move || {
                for n in 0..50 {
                    let id = format!("k{lane}-{n}");
                    let send = send.clone();
                    host.submit(register(&id, &id), move |outcome| {
                        send.send((id, outcome)).unwrap();
                    });
                }
            });
        }
    });
    Arc::into_inner(host).unwrap().stop();
    drop(send);
    let answered: Vec<_> = receive.iter().collect();
    assert_eq!(answered.len(), 200, "each is answered once");
    let done = answered.iter().filter(|(_, outcome)| outcome.is_ok());
    let state = sound(&mut memory.still());
    assert_eq!(done.count() as u64 + 2, state.length());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let path = folder.path().join("file");
    std::fs::write(&path, "").unwrap();
    let error = Host::start(options("one", &path), parts(memory.opener())).unwrap_err();
    assert!(matches!(error, StartError::Folder(..)), "{error:?}");
    assert!(error.to_string().contains(path.to_str().unwrap()));
}

#[test]
fn a_folder_that_goes_away_is_told_and_writing_goes_on() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let path = folder.path().join("data");
    let mut options = options("one", &path);
    options.snapshot_entries = 2;
    let host = Host::start(options, parts(memory.opener())).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    for n in 0..10 {
        let id = format!("p{n}");
        host.execute(register(&id, &id)).unwrap();
    }
    let shown = path.display().to_string();
    let told = || host.status().trouble.unwrap_or_default();
    until("it is told", || told().contains(&shown));
    let status = host.stop();
    assert_eq!(status.snapshot, 0);
    assert_eq!(sound(&mut memory.still()).length(), 12);
}

#[test]
#[cfg(unix)]
fn snapshots_and_their_folder_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let path = folder.path().join("data");
    let host = start(&path, &memory);
    // A crash has left something that others can read.
    std::fs::write(path.join("snapshot-00000000000000000003.tmp"), "half").unwrap();
    host.execute(register("a", "p1")).unwrap();
    host.stop();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    let files: Vec<_> = std::fs::read_dir(&path).unwrap().collect();
    assert_eq!(files.len(), 1);
    for file in files {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}
