//! The vault: what goes in, comes out, and to whom.

use std::time::Duration;

use ledger::vault::{Cipher, Item, Key, KeyError, Limits, MediaType, Unfit, VaultError};
use ledger::{Batch, Claim, Hash, ItemId, SqliteStore, Store, StoredItem};
use proptest::prelude::*;

fn key(byte: u8) -> Key {
    Key::from_hex(&hex::encode([byte; 32])).unwrap()
}

fn text(content: &str) -> Item {
    Item::new(MediaType::Text, content.into(), &Limits::default()).unwrap()
}

/// A ZIP archive of empty files, as far as its central directory goes.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04 what the files hold".to_vec();
    let start = u32::try_from(bytes.len()).unwrap();
    for name in names {
        let mut header = [0; 46];
        header[..4].copy_from_slice(b"PK\x01\x02");
        header[28] = u8::try_from(name.len()).unwrap();
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(name.as_bytes());
    }
    let mut end = [0; 22];
    end[..4].copy_from_slice(b"PK\x05\x06");
    end[16..20].copy_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&end);
    bytes
}

fn sample(kind: MediaType) -> Vec<u8> {
    match kind {
        MediaType::Json => br#"{"name":"a"}"#.to_vec(),
        MediaType::Jpeg => b"\xff\xd8\xff\xe0 a picture".to_vec(),
        MediaType::Png => b"\x89PNG\r\n\x1a\n a picture".to_vec(),
        MediaType::Webp => b"RIFF\x00\x00\x00\x00WEBPVP8 ".to_vec(),
        MediaType::Pdf => b"%PDF-1.7 a document".to_vec(),
        MediaType::Ofd => zip(&["OFD.xml", "Doc_0/Document.xml"]),
        MediaType::Docx => zip(&["[Content_Types].xml", "word/document.xml"]),
        MediaType::Xlsx => zip(&["[Content_Types].xml", "xl/workbook.xml"]),
        MediaType::Pptx => zip(&["[Content_Types].xml", "ppt/presentation.xml"]),
        _ => "正文".into(),
    }
}

#[test]
fn the_digest_is_over_salt_type_and_content() {
    let item = text("手机 13800000000");
    let parts: [&[u8]; 4] = [&item.salt.0, b"text/plain", b"\0", &item.content];
    assert_eq!(item.digest(), Hash::of(&parts));
}

#[test]
fn the_same_content_twice_has_two_ids_two_digests_and_two_ciphertexts() {
    let (one, other) = (text("13800000000"), text("13800000000"));
    assert_ne!(one.id, other.id);
    assert_ne!(one.digest(), other.digest());
    let cipher = Cipher::new(key(1));
    assert_ne!(cipher.seal(&one).unwrap(), cipher.seal(&one).unwrap());
}

#[test]
fn what_is_sealed_holds_nothing_of_the_content() {
    let item = text(&"王小明".repeat(20));
    let sealed = Cipher::new(key(1)).seal(&item).unwrap().sealed;
    for hidden in [&item.salt.0[..], b"text/plain", "王小明".as_bytes()] {
        assert!(!sealed.windows(hidden.len()).any(|window| window == hidden));
    }
}

proptest! {
    #[test]
    fn what_is_sealed_comes_back(content in prop::collection::vec(1..=255_u8, 0..200)) {
        let content = String::from_utf8_lossy(&content).into_owned();
        let (item, cipher) = (text(&content), Cipher::new(key(1)));
        let opened = cipher.open(&cipher.seal(&item).unwrap()).unwrap();
        prop_assert_eq!(opened.digest(), item.digest());
        prop_assert_eq!(opened, item);
    }

    #[test]
    fn any_flipped_bit_is_noticed(place in 0..93_usize, bit in 0..8_u8) {
        let cipher = Cipher::new(key(1));
        let mut stored = cipher.seal(&text("a")).unwrap();
        // Version, key, nonce, salt, "text/plain", 0, "a", tag: 93 bytes.
        prop_assert_eq!(stored.sealed.len(), 1 + 8 + 24 + 32 + 10 + 1 + 1 + 16);
        stored.sealed[place] ^= 1 << bit;
        prop_assert!(cipher.open(&stored).is_err());
    }
}

#[test]
fn an_item_passed_off_as_another_is_noticed() {
    let cipher = Cipher::new(key(1));
    let stored = StoredItem {
        id: ItemId([9; 16]),
        ..cipher.seal(&text("a")).unwrap()
    };
    assert!(matches!(cipher.open(&stored), Err(VaultError::Altered(id)) if id == stored.id));
}

#[test]
fn what_was_never_sealed_is_told_as_such() {
    let cipher = Cipher::new(key(1));
    for sealed in [vec![], vec![1], vec![2; 100], b"plain text".to_vec()] {
        let opened = cipher.open(&StoredItem {
            id: ItemId([1; 16]),
            sealed,
        });
        assert!(
            matches!(opened, Err(VaultError::Unreadable(_))),
            "{opened:?}"
        );
    }
}

#[test]
fn a_wrong_key_is_told_with_the_key_that_is_wanted() {
    let stored = Cipher::new(key(1)).seal(&text("a")).unwrap();
    let error = Cipher::new(key(2)).open(&stored).unwrap_err();
    assert!(
        matches!(error, VaultError::NoKey { wanted, given, .. } if wanted == key(1).id() && given == key(2).id())
    );
    assert!(
        error.to_string().contains(&key(1).id().to_string()),
        "{error}"
    );
}

#[test]
fn an_old_key_opens_but_no_longer_seals() {
    let stored = Cipher::new(key(1)).seal(&text("a")).unwrap();
    let cipher = Cipher::new(key(2)).with_old_keys(vec![key(3), key(1)]);
    let item = cipher.open(&stored).unwrap();
    assert!(
        Cipher::new(key(2))
            .open(&cipher.seal(&item).unwrap())
            .is_ok()
    );
}

#[test]
fn after_a_rotation_the_new_key_alone_opens_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&folder.path().join("ledger")).unwrap();
    let Claim::Held(lease) = store.claim("the test", Duration::ZERO).unwrap() else {
        panic!()
    };
    let old = Cipher::new(key(1));
    let items: Vec<Item> = (0..30)
        .map(|number| text(&format!("item {number}")))
        .collect();
    let put: Vec<StoredItem> = items.iter().map(|item| old.seal(item).unwrap()).collect();
    store
        .append(
            lease,
            &Batch {
                put: &put,
                ..Batch::default()
            },
        )
        .unwrap();

    let both = Cipher::new(key(2)).with_old_keys(vec![key(1)]);
    assert_eq!(both.rotate(&mut store, lease).unwrap(), 30);
    assert_eq!(both.rotate(&mut store, lease).unwrap(), 0);
    let new = Cipher::new(key(2));
    for item in items {
        let stored = store.item(item.id).unwrap().unwrap();
        assert_eq!(new.open(&stored).unwrap(), item);
    }
    let lacking = Cipher::new(key(3)).rotate(&mut store, lease);
    assert!(
        matches!(lacking, Err(VaultError::NoKey { .. })),
        "{lacking:?}"
    );
}

#[test]
fn every_kind_takes_its_own_content_and_no_other() {
    let limits = Limits::default();
    for declared in MediaType::ALL {
        assert_eq!(declared.name().parse(), Ok(declared));
        for real in MediaType::ALL {
            let content = sample(real);
            let checked = limits.check(declared, &content);
            // JSON and the heads of some files are texts as well.
            let text = declared == MediaType::Text && std::str::from_utf8(&content).is_ok();
            if declared == real {
                assert_eq!(checked, Ok(()), "{declared}");
            } else if !text || content.contains(&0) {
                let found = (!real.is_text()).then_some(real);
                assert_eq!(checked, Err(Unfit::NotAsDeclared { declared, found }));
            }
        }
    }
}

#[test]
fn an_office_document_with_macros_is_refused() {
    let content = zip(&["xl/workbook.xml", "xl/vbaProject.bin"]);
    let refused = Limits::default().check(MediaType::Xlsx, &content);
    assert_eq!(
        refused,
        Err(Unfit::NotAsDeclared {
            declared: MediaType::Xlsx,
            found: None
        })
    );
}

proptest! {
    #[test]
    fn a_damaged_archive_is_refused_or_taken_but_never_a_panic(
        at in 0..200_usize, byte: u8, cut in 0..200_usize,
    ) {
        let mut content = sample(MediaType::Xlsx);
        let at = at % content.len();
        content[at] = byte;
        content.truncate(cut);
        let _ = Limits::default().check(MediaType::Xlsx, &content);
    }
}

#[test]
fn a_refusal_says_what_would_be_taken() {
    let limits = Limits {
        text: 10,
        attachment: 20,
        types: [MediaType::Text, MediaType::Png].into(),
    };
    assert_eq!(limits.check(MediaType::Text, &[b'a'; 10]), Ok(()));
    let declared = MediaType::Text;
    assert_eq!(
        limits.check(declared, &[b'a'; 11]),
        Err(Unfit::TooLarge {
            declared,
            bytes: 11,
            limit: 10
        })
    );
    let large = [&sample(MediaType::Png)[..], &[0; 20]].concat();
    let refused = limits.check(MediaType::Png, &large).unwrap_err();
    assert!(refused.to_string().contains("at most 20"), "{refused}");
    let refused = limits.check(MediaType::Pdf, b"%PDF-").unwrap_err();
    assert!(
        refused.to_string().contains("text/plain, image/png"),
        "{refused}"
    );
    let refused = "image/gif".parse::<MediaType>().unwrap_err();
    assert!(refused.to_string().contains("image/webp"), "{refused}");
}

#[test]
fn a_key_that_was_written_is_read_again_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let key = Key::generate().unwrap();
    key.write_new(&path).unwrap();
    assert_eq!(Key::read(&path).unwrap().id(), key.id());
    assert_ne!(Key::generate().unwrap().id(), key.id());
    assert!(matches!(key.write_new(&path), Err(KeyError::Io { .. })));
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    std::fs::write(&path, [7; 32]).unwrap();
    for (mode, allowed) in [
        (0o644, false),
        (0o640, false),
        (0o602, false),
        (0o600, true),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        match Key::read(&path) {
            Ok(read) => assert!(allowed && read.id() == key(7).id(), "{mode:o}"),
            Err(error) => {
                assert!(
                    !allowed && error.to_string().contains("chmod 600"),
                    "{error}"
                );
            }
        }
    }
    std::fs::write(&path, "07".repeat(20)).unwrap();
    assert!(matches!(Key::read(&path), Err(KeyError::Form)));
}

#[test]
fn neither_key_nor_content_is_printed() {
    let item = text("13800000000");
    let printed = format!("{:?} {item:?} {:?}", Cipher::new(key(0xab)), item.salt);
    assert!(
        !printed.contains("13800000000") && !printed.contains(&"ab".repeat(8)),
        "{printed}"
    );
}
