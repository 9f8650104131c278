//! Followers: they see what is written, say who writes, and take over.

use std::time::Duration;

use host::{Failure, Host, Role};

use crate::memory::Memory;
use crate::support::{begun, options, parts, register, same, sound, start, until};

fn second(memory: &Memory, folder: &std::path::Path) -> Host {
    let mut options = options("two", folder);
    options.renew = Duration::from_millis(1);
    Host::start(options, parts(memory.opener())).unwrap()
}

#[test]
fn a_follower_sees_what_is_written_and_says_who_writes() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let other = tempfile::tempdir().unwrap();
    let (writer, follower) = (start(folder.path(), &memory), second(&memory, other.path()));
    assert_eq!(follower.read().length(), 2);
    let done = writer.execute(register("a", "p1"));
    until("it is seen", || follower.read().length() == 3);
    same(&writer.read(), &follower.read());
    let away = Failure::NotWriter {
        holder: Some("one".to_owned()),
    };
    assert_eq!(follower.execute(register("b", "p2")), Err(away));
    assert_eq!(
        follower.execute(register("a", "p1")),
        done,
        "what has happened is told anywhere"
    );
}

#[test]
fn when_the_writer_stops_or_crashes_the_follower_takes_over_with_everything() {
    for crash in [false, true] {
        let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
        let other = tempfile::tempdir().unwrap();
        let (writer, follower) = (start(folder.path(), &memory), second(&memory, other.path()));
        let told = writer.execute(register("a", "p1"));
        if crash {
            drop(writer);
        } else {
            writer.stop();
        }
        until("it writes", || {
            matches!(follower.status().role, Role::Writing { .. })
        });
        assert_eq!(follower.execute(register("a", "p1")), told);
        assert_eq!(follower.execute(register("b", "p2")).unwrap().entries, 3..4);
        same(&follower.read(), &sound(&mut memory.still()));
    }
}

#[test]
fn a_writer_whose_right_has_lapsed_never_writes_again_and_follows() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let other = tempfile::tempdir().unwrap();
    let first = start(folder.path(), &memory);
    let second = second(&memory, other.path());
    memory.lapse();
    until("the second writes", || {
        second.status().role == Role::Writing { epoch: 3 }
    });
    let away = Failure::NotWriter {
        holder: Some("two".to_owned()),
    };
    assert_eq!(first.execute(register("a", "p1")), Err(away));
    assert_eq!(second.execute(register("a", "p1")).unwrap().entries, 2..3);
    until("the first follows", || first.read().length() == 3);
    same(&first.read(), &sound(&mut memory.still()));
}
