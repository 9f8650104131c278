//! Keys, notes, checkpoints and cosignatures. The vectors are facts of Go's `golang.org/x/mod/sumdb/note` (`note_test.go`) and of
//! the C2SP specifications signed-note, tlog-checkpoint and tlog-cosignature.

use ledger::checkpoint::{CheckpointError, CosignError, KeysError, add_cosignature};
use ledger::key::{Algorithm, KeyError};
use ledger::note::{Note, NoteError, Signature};
use ledger::tree::{Head, empty_root};
use ledger::{Checkpoint, Hash, Keys, Signer, Store, VerifierKey};
use proptest::prelude::*;

use crate::memory::Memory;
use crate::sample::{MORNING, append_to, claim, cosigned, fill, keys, sign, signer, witness};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// The text with each byte raised by one, where that is still text, and each proper part of it.
fn manglings(text: &str) -> Vec<String> {
    let raised = (0..text.len()).filter_map(|at| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] += 1;
        String::from_utf8(bytes).ok()
    });
    let parts = (0..=text.len())
        .flat_map(|from| (from..=text.len()).map(move |to| text[from..to].to_owned()));
    raised.chain(parts.filter(|part| part != text)).collect()
}

#[test]
fn a_verifier_key_is_read_and_written_and_no_mangled_one_is_read() {
    let key: VerifierKey = PETER.parse().unwrap();
    assert_eq!(
        (key.name(), key.id().to_string().as_str(), key.algorithm()),
        ("PeterNeumann", "c74f20a3", Algorithm::Ed25519)
    );
    assert_eq!(key.to_string(), PETER);
    for mangled in manglings(PETER) {
        assert!(mangled.parse::<VerifierKey>().is_err(), "{mangled}");
    }
    // Too long, and of an unknown algorithm; the hashes are right.
    for wrong in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
    }
}

#[test]
fn a_private_key_is_read_and_written_and_no_mangled_one_is_read() {
    let signer = Signer::from_private_text(PETER_PRIVATE).unwrap();
    assert_eq!(signer.verifier().to_string(), PETER);
    assert_eq!(signer.to_private_text(), PETER_PRIVATE);
    assert!(Signer::from_private_text(&format!("{PETER_PRIVATE}\n")).is_ok());
    for mangled in manglings(PETER_PRIVATE) {
        assert!(Signer::from_private_text(&mangled).is_err(), "{mangled}");
    }
    assert!(!format!("{signer:?}").contains("AYEKFALV"));
}

#[test]
fn a_generated_key_signs_what_its_verifier_verifies() {
    let signer = Signer::generate("merit.example.org/2026").unwrap();
    let again = Signer::from_private_text(&signer.to_private_text()).unwrap();
    let signature = Signature::sign(&again, TEXT);
    assert!(signature.is_by(signer.verifier()) && signature.is_valid(signer.verifier(), TEXT));
    assert!(!signature.is_valid(signer.verifier(), "something else\n"));
    assert_ne!(
        Signer::generate("a").unwrap().to_private_text(),
        Signer::generate("a").unwrap().to_private_text()
    );
    for name in ["", "a b", "a+b", "a\u{3000}b", "a\nb"] {
        assert_eq!(
            Signer::generate(name).unwrap_err(),
            KeyError::Name,
            "{name:?}"
        );
    }
}

#[test]
fn a_note_is_signed_as_go_signs_it() {
    let signer = Signer::from_private_text(PETER_PRIVATE).unwrap();
    let note = Note {
        text: TEXT.to_owned(),
        signatures: vec![Signature::sign(&signer, TEXT)],
    };
    assert_eq!(note.to_string(), format!("{TEXT}\n{BY_PETER}"));
}

#[test]
fn a_note_of_two_signers_is_read_and_both_signatures_hold() {
    let text = format!("{TEXT}\n{BY_PETER}{BY_ENOCH}");
    let note = Note::parse(&text).unwrap();
    assert_eq!(note.text, TEXT);
    let keys: [VerifierKey; 2] = [PETER.parse().unwrap(), ENOCH.parse().unwrap()];
    for (signature, key) in note.signatures.iter().zip(&keys) {
        assert!(signature.is_by(key) && signature.is_valid(key, TEXT));
    }
    assert_eq!(note.to_string(), text);
}

#[test]
fn what_is_no_note_is_refused() {
    let of = |lines: &str| Note::parse(&format!("{TEXT}\n{lines}")).unwrap_err();
    assert_eq!(Note::parse(TEXT), Err(NoteError::NoSignatures));
    assert_eq!(of(""), NoteError::NoSignatures);
    assert_eq!(of(BY_PETER.trim_end()), NoteError::SignatureLine);
    assert_eq!(
        of(&format!("{BY_PETER}Unexpected line.\n")),
        NoteError::SignatureLine
    );
    assert_eq!(
        of(&BY_PETER.replace("PeterNeumann", "Bad Name")),
        NoteError::SignatureLine
    );
    assert_eq!(
        of(&BY_PETER.replace("PeterNeumann", "Bad+Name")),
        NoteError::SignatureLine
    );
    assert_eq!(
        of(&BY_PETER.replace("AM=", "AN=")),
        NoteError::SignatureLine,
        "base64 has one spelling"
    );
    assert_eq!(
        of("— PeterNeumann x08gow==\n"),
        NoteError::SignatureLine,
        "an id alone is no signature"
    );
    assert_eq!(of(&BY_PETER.repeat(101)), NoteError::TooMany);
    assert!(Note::parse(&format!("{TEXT}\n{}", BY_PETER.repeat(100))).is_ok());
    for control in ["\x01", "\r", "\t"] {
        assert_eq!(
            Note::parse(&format!("{control}{TEXT}\n{BY_PETER}")),
            Err(NoteError::ControlCharacter)
        );
    }
}

#[test]
fn the_text_of_a_note_may_have_blank_lines() {
    let signer = signer();
    let text = "one\n\ntwo\n";
    let note = Note {
        text: text.to_owned(),
        signatures: vec![Signature::sign(&signer, text)],
    };
    assert_eq!(Note::parse(&note.to_string()).unwrap(), note);
}

/// The example of tlog-checkpoint and tlog-cosignature.
const SOFA: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_checkpoint_of_the_specification_is_read_and_written() {
    let checkpoint = Checkpoint::parse(SOFA).unwrap();
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.head.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(
        checkpoint.head.root.to_string(),
        "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    );
    assert_eq!(
        (checkpoint.to_string().as_str(), checkpoint.time()),
        (SOFA, None)
    );
    let note = format!(
        "{SOFA}\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
         — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    );
    let parsed = Note::parse(&note).unwrap();
    assert_eq!(parsed.signatures[1].time(), Some(1_679_315_147));
    assert_eq!(parsed.to_string(), note);
}

#[test]
fn a_text_that_is_nearly_a_checkpoint_is_refused() {
    for (from, to) in [
        ("20852163", "020852163"),
        ("20852163", "+20852163"),
        ("20852163", "-1"),
        ("20852163", "99999999999999999999"),
        ("CsUY", "Cs"),
        ("2I=\n", "2I=\n\n"),
        ("2I=\n", "2J=\n"),
        ("2I=\n", "2I="),
        ("example.com/behind-the-sofa", ""),
    ] {
        let text = SOFA.replace(from, to);
        assert_eq!(
            Checkpoint::parse(&text),
            Err(CheckpointError::Text),
            "{text}"
        );
    }
}

fn checkpoint(size: u64) -> String {
    Checkpoint::sign(
        &signer(),
        Head {
            size,
            root: empty_root(),
        },
        MORNING,
    )
    .to_string()
}

#[test]
fn a_checkpoint_is_opened_by_the_keys_of_its_log_only() {
    let note = checkpoint(7);
    let opened = keys().open(&note).unwrap();
    assert_eq!(
        (opened.checkpoint.head.size, opened.checkpoint.time()),
        (7, Some(MORNING))
    );
    let other = Signer::from_seed("merit.example.org", &[8; 32]).unwrap();
    let others = Keys::new(vec![other.verifier().clone()], Vec::new()).unwrap();
    assert_eq!(others.open(&note), Err(CheckpointError::NotSigned));
    let both = Keys::new(
        vec![other.verifier().clone(), signer().verifier().clone()],
        Vec::new(),
    )
    .unwrap();
    assert!(both.open(&note).is_ok(), "a former key still counts");
    let elsewhere = Keys::new(
        vec![witness("else.example.org").verifier().clone()],
        Vec::new(),
    )
    .unwrap();
    assert_eq!(
        elsewhere.open(&note),
        Err(CheckpointError::Origin("merit.example.org".to_owned()))
    );
}

#[test]
fn every_flipped_byte_of_a_checkpoint_is_noticed() {
    let note = cosigned(&checkpoint(7), &witness("west.example.org"), MORNING);
    let sound = keys().open(&note).unwrap();
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let flipped = String::from_utf8(bytes).unwrap();
        let noticed = match keys().open(&flipped) {
            Err(_) => true,
            Ok(opened) => opened.unknown.len() == 1 && opened.checkpoint == sound.checkpoint,
        };
        assert!(noticed, "byte {at}");
    }
}

#[test]
fn a_signature_that_stands_twice_is_refused() {
    let mut note = Note::parse(&checkpoint(7)).unwrap();
    note.signatures.push(note.signatures[0].clone());
    assert!(matches!(
        keys().open(&note.to_string()),
        Err(CheckpointError::Repeated(..))
    ));
}

#[test]
fn a_witness_vouches_for_text_and_time() {
    let west = witness("west.example.org");
    let signature = Signature::cosign(&west, SOFA, MORNING);
    assert!(signature.is_valid(&west.cosigner(), SOFA));
    assert!(
        !signature.is_valid(west.verifier(), SOFA),
        "it is no log's signature"
    );
    let mut later = signature.clone();
    later.bytes[7] += 1;
    assert!(!later.is_valid(&west.cosigner(), SOFA));
    assert!(!Signature::sign(&west, SOFA).is_valid(&west.cosigner(), SOFA));
}

#[test]
fn keys_that_are_not_of_one_log_are_refused() {
    let (log, west) = (signer().verifier().clone(), witness("west.example.org"));
    let error = |log: Vec<VerifierKey>, witnesses| Keys::new(log, witnesses).unwrap_err();
    assert_eq!(error(vec![], vec![]), KeysError::NoLogKey);
    assert!(matches!(
        error(vec![log.clone(), west.verifier().clone()], vec![]),
        KeysError::OtherName(_)
    ));
    assert!(matches!(
        error(vec![log.clone()], vec![west.verifier().clone()]),
        KeysError::Kind(_)
    ));
    assert!(matches!(
        error(vec![west.cosigner()], vec![]),
        KeysError::Kind(_)
    ));
    assert!(matches!(
        error(vec![log.clone(), log], vec![]),
        KeysError::Repeated(..)
    ));
}

#[test]
fn cosignatures_are_added_to_the_stored_checkpoint_and_make_a_quorum() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[5]);
    let stored = store.checkpoint().unwrap().unwrap();
    let opened = keys().open(&stored.note).unwrap();
    let quorum = keys().quorum(&opened, 2);
    assert_eq!(
        (
            quorum.have.len(),
            quorum.missing.as_slice(),
            quorum.is_reached()
        ),
        (1, &["east.example.org".to_owned()][..], false)
    );

    // The east has seen the note before the west had signed it; a stranger has signed, too.
    let text = Note::parse(&stored.note).unwrap().text;
    let plain = Note {
        signatures: vec![Signature::sign(&signer(), &text)],
        text,
    }
    .to_string();
    let note = cosigned(
        &cosigned(&plain, &witness("east.example.org"), MORNING + 5),
        &witness("stranger.example.org"),
        1,
    );
    let opened = add_cosignature(&mut store, lease, &note, &keys()).unwrap();
    assert!(keys().quorum(&opened, 2).is_reached());
    let note = store.checkpoint().unwrap().unwrap().note;
    assert_eq!(keys().open(&note).unwrap(), opened);
    assert!(!note.contains("stranger"));
}

#[test]
fn a_later_cosignature_takes_the_place_of_an_earlier_one() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[5]);
    let text = Note::parse(&store.checkpoint().unwrap().unwrap().note)
        .unwrap()
        .text;
    let plain = Note {
        signatures: vec![Signature::sign(&signer(), &text)],
        text,
    }
    .to_string();
    for (time, wanted) in [(MORNING + 900, MORNING + 900), (MORNING, MORNING + 900)] {
        let note = cosigned(&plain, &witness("west.example.org"), time);
        let opened = add_cosignature(&mut store, lease, &note, &keys()).unwrap();
        assert_eq!(
            opened
                .cosignatures
                .iter()
                .map(|cosigned| cosigned.time)
                .collect::<Vec<_>>(),
            [wanted]
        );
    }
}

#[test]
fn cosignatures_that_do_not_belong_are_refused() {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    append_to(&mut store, lease, 5);
    let stored = sign(&mut store, lease, MORNING).unwrap().unwrap().note;
    let west = witness("west.example.org");
    let before = store.data().clone();
    let mut add = |note: &str| add_cosignature(&mut store, lease, note, &keys()).unwrap_err();
    assert!(matches!(add(&stored), CosignError::NoWitness));
    assert!(matches!(
        add(&cosigned(&stored, &witness("stranger.example.org"), 1)),
        CosignError::NoWitness
    ));
    assert!(matches!(
        add(&cosigned(&checkpoint(4), &west, 1)),
        CosignError::NoCheckpoint(4)
    ));
    assert!(matches!(
        add(&cosigned(&checkpoint(5), &west, 1)),
        CosignError::OtherText(5)
    ));
    let broken = cosigned(&stored, &west, 1).replace("time ", "time  ");
    assert!(matches!(add(&broken), CosignError::Checkpoint(_)));
    assert_eq!(*store.data(), before);
}

proptest! {
    #[test]
    fn whatever_is_read_as_a_note_is_written_the_same(note in "(\\PC{0,6}\n){0,3}\n(— [a-z+ ]{1,4} [A-Za-z0-9+/]{8}(==|=|)\n){0,3}") {
        if let Ok(parsed) = Note::parse(&note) {
            prop_assert_eq!(parsed.to_string(), note);
        }
    }

    #[test]
    fn whatever_is_read_as_a_checkpoint_is_written_the_same(size in any::<u64>(), root in any::<[u8; 32]>(), extensions in prop::collection::vec("[^\n]{1,9}", 0..3)) {
        let checkpoint = Checkpoint { origin: "优.example.org".to_owned(), head: Head { size, root: Hash(root) }, extensions };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }
}
