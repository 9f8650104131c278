//! Groups of commands: decided ahead, written together, answered once durable.

use host::{Failure, Role};
use ledger::Store;

use crate::support::{
    adopt, begun, entries, found, key, options, parts, register, same, sound, start,
};

#[test]
fn commands_sent_together_are_decided_on_each_other_and_written_at_once() {
    let (folder, memory) = (
        tempfile::tempdir().unwrap(),
        crate::memory::Memory::default(),
    );
    let host = start(folder.path(), &memory);
    let outcomes = host.execute_all([
        adopt().into(),
        found().into(),
        register("a", "p1"),
        register("b", "p2"),
    ]);
    let told: Vec<_> = outcomes
        .into_iter()
        .map(|one| one.unwrap().entries)
        .collect();
    assert_eq!(told, [0..1, 1..2, 2..3, 3..4]);
    let status = host.status();
    assert_eq!(
        (status.groups, status.entries, status.largest_group),
        (1, 4, 4)
    );
    assert_eq!(status.role, Role::Writing { epoch: 1 });
    same(&host.read(), &sound(&mut memory.still()));
}

#[test]
fn a_command_sent_again_happens_once_also_in_one_group_and_after_a_restart() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    let outcomes = host.execute_all([register("a", "p1"), register("a", "p1")]);
    assert_eq!(outcomes[0], outcomes[1]);
    let first = outcomes[0].clone();
    assert_eq!(host.execute(register("a", "p1")), first);
    drop(host);
    let host = start(folder.path(), &memory);
    assert_eq!(host.execute(register("a", "p1")), first);
    assert_eq!(memory.open().length().unwrap(), 3);
}

#[test]
fn a_refusal_is_told_only_once_durable_what_it_rests_on() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    memory.shut();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let host = &host;
        scope.spawn(move || {
            let outcomes = host.execute_all([register("a", "p1"), register("b", "p1")]);
            send.send(outcomes).unwrap();
        });
        memory.wait_for_append();
        assert!(receive.try_recv().is_err(), "nobody is told anything yet");
        memory.reopen();
        let outcomes = receive.recv().unwrap();
        assert!(outcomes[0].is_ok());
        assert!(matches!(&outcomes[1], Err(Failure::Refused(_))));
    });
}

#[test]
fn a_group_is_cut_where_it_gets_too_large() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let mut options = options("one", folder.path());
    options.group_entries = 3;
    let host = host::Host::start(options, parts(memory.opener())).unwrap();
    let requests = (0..10).map(|n| register(&format!("k{n}"), &format!("p{n}")));
    let outcomes = host.execute_all(requests.collect::<Vec<_>>());
    assert!(outcomes.iter().all(Result::is_ok));
    let status = host.status();
    assert_eq!((status.groups, status.largest_group), (4, 3));
}

#[test]
fn more_requests_than_may_wait_are_told_so_at_once() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let mut options = options("one", folder.path());
    options.queue = 2;
    let host = host::Host::start(options, parts(memory.opener())).unwrap();
    let outcomes = host.execute_all(["a", "b", "c"].map(|n| register(n, n)));
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    assert_eq!(outcomes[2], Err(Failure::Busy));
    assert!(host.execute(register("c", "c")).is_ok());
}

#[test]
fn while_the_ledger_fails_callers_are_told_and_afterwards_all_goes_on() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    memory.go_away(true);
    assert_eq!(host.execute(register("a", "p1")), Err(Failure::Unavailable));
    assert_eq!(host.read().length(), 2, "readers go on");
    memory.go_away(false);
    let outcome = loop {
        match host.execute(register("a", "p1")) {
            Err(Failure::Unavailable) => {}
            outcome => break outcome,
        }
    };
    assert_eq!(outcome.unwrap().entries, 2..3);
    assert!(host.status().failures > 0 && host.status().trouble.is_some());
    host.stop();
    sound(&mut memory.still());
}

#[test]
fn stopping_writes_what_waits_and_leaves_a_whole_tree_and_a_snapshot() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    memory.shut();
    let (send, receive) = std::sync::mpsc::channel();
    for n in 0..5 {
        let send = send.clone();
        host.submit(
            register(&format!("k{n}"), &format!("p{n}")),
            move |outcome| {
                send.send(outcome).unwrap();
            },
        );
    }
    memory.reopen();
    let status = host.stop();
    assert_eq!(status.role, Role::Ended);
    assert_eq!((status.sequenced, status.snapshot), (7, 7));
    drop(send);
    assert!(receive.iter().take(5).all(|outcome| outcome.is_ok()));
    assert_eq!(entries(&mut memory.open(), 2)[4].cmd, key("k4"));
    let host = start(folder.path(), &memory);
    assert_eq!(host.status().snapshot, 7);
}
