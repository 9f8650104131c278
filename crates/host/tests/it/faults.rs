//! Every call of the store fails once, in both forms, and every two calls in a row: nothing acknowledged is lost, nothing
//! happens twice, and nobody has to lend a hand.

use std::path::Path;

use host::{Failure, Host, Outcome, Request};
use ledger::faulty::{Fault, Script};

use crate::memory::Memory;
use crate::support::{
    begun, erase, options, parts, register, register_with_profile, same, sound, stands,
};

const FORMS: [Fault; 2] = [Fault::Lost, Fault::Landed];

/// Starts a host; a start that failed is tried again, as whatever runs it would.
fn start(folder: &Path, memory: &Memory, script: &Script) -> Host {
    let mut options = options("one", folder);
    options.snapshot_entries = 3;
    let again = || Host::start(options.clone(), parts(memory.faulty(script)));
    again().or_else(|_| again()).expect("it starts by itself")
}

/// Sends requests together, and again while it isn't known what became of them.
fn send(host: &Host, requests: &[Request]) -> Vec<Outcome> {
    loop {
        let outcomes = host.execute_all(requests.iter().cloned());
        let unknown = |outcome: &Outcome| {
            matches!(
                outcome,
                Err(Failure::Unavailable | Failure::NotWriter { .. })
            )
        };
        if !outcomes.iter().any(unknown) {
            return outcomes;
        }
    }
}

/// What is sent, in groups; a restart follows each stretch.
fn stretches() -> Vec<Vec<Vec<Request>>> {
    vec![
        vec![
            vec![register("a", "p1")],
            vec![
                register("b", "p2"),
                // Refused, because of the one before.
                register("c", "p2"),
                register_with_profile("d", "p3", "profile"),
            ],
            vec![erase("e", "p3"), register("f", "p4")],
        ],
        vec![
            vec![register("f", "p4"), register("g", "p5")],
            vec![register("h", "p6")],
        ],
    ]
}

/// Plays it all, and looks whether everything is as it must be. How many calls the store had.
fn play(script: &Script) -> u64 {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let mut done: Vec<(Request, Outcome)> = Vec::new();
    for (at, stretch) in stretches().into_iter().enumerate() {
        let host = start(folder.path(), &memory, script);
        for group in stretch {
            let outcomes = send(&host, &group);
            done.extend(group.into_iter().zip(outcomes));
        }
        let live = host.read();
        // The first is left as in a crash, the second stops in good order.
        if at == 0 {
            drop(host);
        } else {
            host.stop();
        }
        same(&live, &sound(&mut memory.still()));
    }
    let mut store = memory.open();
    let mut last = 0;
    for (request, outcome) in &done {
        let id = request.command.id;
        if id == crate::support::key("c") {
            assert!(matches!(outcome, Err(Failure::Refused(_))), "{outcome:?}");
            continue;
        }
        stands(&mut store, id, outcome);
        let first = outcome.as_ref().unwrap().entries.start;
        let again = id == crate::support::key("f");
        assert!(
            again || first >= last,
            "in the order in which they were sent"
        );
        last = first.max(last);
    }
    let host = start(folder.path(), &memory, &Script::default());
    same(&host.read(), &sound(&mut memory.still()));
    assert_eq!(host.read().length(), 2 + 7);
    script.calls()
}

#[test]
fn without_faults_all_goes_as_told() {
    play(&Script::default());
}

/// Plays with each of the faults. Most of the time goes into waiting for the disk, so several plays run at once.
fn play_all(faults: &[Vec<(u64, Fault)>]) {
    const AT_ONCE: usize = 8;
    std::thread::scope(|scope| {
        for lane in 0..AT_ONCE {
            scope.spawn(move || {
                for faults in faults.iter().skip(lane).step_by(AT_ONCE) {
                    println!("{faults:?}");
                    play(&Script::new(faults.iter().copied()));
                }
            });
        }
    });
}

/// The calls that may fail: all of a play without faults, and some more, because recovery needs its own.
fn calls() -> std::ops::Range<u64> {
    let calls = play(&Script::default());
    assert!(calls > 40, "{calls} calls");
    0..calls + 20
}

#[test]
fn any_call_may_fail_in_either_form() {
    let faults = calls().flat_map(|call| FORMS.map(|form| vec![(call, form)]));
    play_all(&faults.collect::<Vec<_>>());
}

#[test]
fn any_two_calls_in_a_row_may_fail_in_either_form() {
    let pairs = |call| {
        let second = move |first| FORMS.map(|form| vec![(call, first), (call + 1, form)]);
        FORMS.into_iter().flat_map(second)
    };
    play_all(&calls().flat_map(pairs).collect::<Vec<_>>());
}
