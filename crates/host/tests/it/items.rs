//! Items of the vault: put together with the entries that name them, and erased together with the entry that says so.

use host::{Failure, Request};

use crate::support::{
    begun, erase, note, register, register_with_profile, registration, same, sound, start,
    text_item,
};

#[test]
fn an_item_comes_with_its_entry_and_can_be_read() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    let request = register_with_profile("a", "p1", "王芳 13900000000");
    let id = campaign::ItemId(request.items[0].id.0);
    assert_eq!(host.item(id).unwrap(), None);
    host.execute(request).unwrap();
    let item = host.item(id).unwrap().unwrap();
    assert_eq!(item.content, "王芳 13900000000".as_bytes());
    host.execute(erase("b", "p1")).unwrap();
    assert_eq!(host.item(id).unwrap(), None);
    same(&host.read(), &sound(&mut memory.still()));
}

#[test]
fn items_and_entries_must_fit_each_other() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    let (one, other) = (text_item("one"), text_item("other"));
    let without = Request::from(registration("a", "p1", Some(note(&one))));
    assert_eq!(host.execute(without), Err(Failure::ItemMissing(one.id)));
    let mut altered = one.clone();
    altered.content = b"altered".to_vec();
    let altered = Request {
        command: registration("a", "p1", Some(note(&one))),
        items: vec![altered],
    };
    assert_eq!(host.execute(altered), Err(Failure::ItemMissing(one.id)));
    let more = Request {
        command: registration("a", "p1", Some(note(&one))),
        items: vec![one, other.clone()],
    };
    assert_eq!(host.execute(more), Err(Failure::ItemUnused(other.id)));
    assert_eq!(host.read().length(), 2, "nothing of that has happened");
}

#[test]
fn an_id_that_was_used_is_refused_and_nobody_else_in_the_group_suffers() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let host = start(folder.path(), &memory);
    let first = register_with_profile("a", "p1", "text");
    let taken = first.items[0].id;
    let again = |id: &str| Request {
        command: registration(id, id, Some(note(&first.items[0]))),
        items: first.items.clone(),
    };
    let outcomes = host.execute_all([first.clone(), again("b"), register("c", "p3")]);
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert_eq!(outcomes[1], Err(Failure::ItemTaken(taken)), "in one group");
    let outcomes = host.execute_all([register("d", "p4"), again("e"), register("f", "p6")]);
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert_eq!(
        outcomes[1],
        Err(Failure::ItemTaken(taken)),
        "in a later one"
    );
    same(&host.read(), &sound(&mut memory.still()));
}
