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
        same(&live, &sound(&mut memory.open()));
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
    same(&host.read(), &sound(&mut store));
    assert_eq!(host.read().length(), 2 + 7);
    script.calls()
}

#[test]
fn without_faults_all_goes_as_told() {
    play(&Script::default());
}

#[test]
fn any_call_may_fail_in_either_form() {
    let calls = play(&Script::default());
    for call in 0..calls + 10 {
        for form in FORMS {
            play(&Script::new([(call, form)]));
        }
    }
}

#[test]
fn any_two_calls_in_a_row_may_fail_in_either_form() {
    let calls = play(&Script::default());
    for call in 0..calls + 10 {
        for first in FORMS {
            for second in FORMS {
                play(&Script::new([(call, first), (call + 1, second)]));
            }
        }
    }
}
