//! Readers: they never wait, and never see what isn't durable.

use std::cell::Cell;
use std::time::Duration;

use crate::support::{begun, options, parts, register, same, sound, start, until};

#[test]
fn while_a_group_is_being_written_readers_go_on_and_do_not_see_it() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    memory.shut();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| host.execute(register("a", "p1")));
        memory.wait_for_append();
        for _ in 0..1_000 {
            assert_eq!(host.read().length(), 2);
        }
        memory.reopen();
        writing.join().unwrap().unwrap();
    });
    assert_eq!(host.read().length(), 3, "whoever was answered sees it");
}

#[test]
fn a_reader_who_holds_on_to_a_state_costs_one_copy_and_no_wait() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let mut options = options("one", folder.path());
    options.patience = Duration::ZERO;
    let host = host::Host::start(options, parts(memory.opener())).unwrap();
    let old = host.read();
    for n in 0..20 {
        host.execute(register(&format!("k{n}"), &format!("p{n}")))
            .unwrap();
    }
    assert_eq!(old.length(), 2, "what a reader holds doesn't change");
    // One copy to begin with, one in place of what the reader holds.
    assert_eq!(host.status().copies, 2);
    same(&host.read(), &sound(&mut memory.still()));
}

#[test]
fn many_readers_and_writers_at_once_see_the_log_grow_and_never_shrink() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    std::thread::scope(|scope| {
        let host = &host;
        let memory = &memory;
        for writer in 0..3 {
            scope.spawn(move || {
                for n in 0..100 {
                    let id = format!("w{writer}-{n}");
                    let told = host.execute(register(&id, &id)).unwrap().entries;
                    assert!(host.read().length() >= told.end);
                }
            });
        }
        scope.spawn(move || {
            let seen = Cell::new(0);
            until("all is seen", || {
                let length = host.read().length();
                assert!(length >= seen.get(), "no way back");
                assert!(length <= memory.data().entries.len() as u64);
                seen.set(length);
                length == 302
            });
        });
    });
    same(&host.read(), &sound(&mut memory.still()));
}
