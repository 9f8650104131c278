//! Canonical JSON, against the examples of RFC 8785.

use std::collections::BTreeMap;

use ledger::canonical::{CanonicalError, is_canonical, to_bytes};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

#[test]
fn keys_are_sorted_by_utf16_code_units() {
    // RFC 8785 §3.2.3.
    let value: Value = serde_json::from_str(
        r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
    )
    .unwrap();
    let bytes = to_bytes(&value).unwrap();
    let sorted = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small",
        "Euro Sign",
        "Emoji",
        "Hebrew",
    ];
    let text = String::from_utf8(bytes).unwrap();
    let places: Vec<_> = sorted.iter().map(|name| text.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn the_example_of_the_rfc_gives_its_bytes() {
    // RFC 8785 §3.2.2 and §3.2.4.
    let value: Value = serde_json::from_str(
        r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
    )
    .unwrap();
    let wanted = concat!(
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
        r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    );
    assert_eq!(
        String::from_utf8(to_bytes(&value).unwrap()).unwrap(),
        wanted
    );
    assert!(is_canonical(wanted.as_bytes()));
}

/// RFC 8785 appendix B: the bits of a double and what it is written as.
const NUMBERS: [(u64, &str); 25] = [
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    (0x433f_ffff_ffff_ffff, "9007199254740991"),
    (0xc33f_ffff_ffff_ffff, "-9007199254740991"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x3ff0_0000_0000_0000, "1"),
];

#[test]
fn numbers_are_written_as_the_rfc_writes_them() {
    for (bits, wanted) in NUMBERS {
        let bytes = to_bytes(&f64::from_bits(bits)).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted, "{bits:016x}");
        assert!(is_canonical(wanted.as_bytes()), "{wanted}");
    }
    assert!(
        !is_canonical(b"9007199254740993"),
        "no double has this value"
    );
}

#[test]
fn what_json_cannot_hold_is_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(
            matches!(
                to_bytes(&json_of(number)),
                Err(CanonicalError::NotFinite(_))
            ),
            "{number}"
        );
    }
}

/// Inside of other values, too.
fn json_of(number: f64) -> (u8, Vec<f64>) {
    (1, vec![0.5, number])
}

#[test]
fn whole_numbers_that_may_lose_digits_are_refused() {
    let refused = |value: &Value| matches!(to_bytes(value), Err(CanonicalError::TooLarge(_)));
    assert!(refused(&json!({ "seed": u64::MAX })));
    assert!(refused(&json!([i64::MIN])));
    assert!(refused(&json!({ "9007199254740993": 1_u64 << 53 })));
    assert!(!refused(&json!({ "9007199254740993": (1_u64 << 53) - 1 })));
    assert!(!refused(&json!(r#"a "string" with \" 9007199254740993"#)));
    assert!(
        !refused(&json!([1_424_953_923_781_206.2, 1e30, 1e18])),
        "doubles are what they are"
    );
    assert!(matches!(
        to_bytes(&u128::MAX),
        Err(CanonicalError::TooLarge(_))
    ));
    assert!(
        to_bytes(&BTreeMap::from([(u64::MAX, 1)])).is_ok(),
        "a key is a string"
    );
}

#[test]
fn other_spellings_are_not_canonical() {
    for text in [
        "",
        "{",
        "1.0",
        "-0",
        " 1",
        "1 ",
        "1E2",
        r#"{"b":1,"a":2}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"a": 1}"#,
        r#""\u0041""#,
        r#""\/""#,
        "[1,]",
        "nul",
        "\"\u{feff}",
        "\u{feff}1",
    ] {
        assert!(!is_canonical(text.as_bytes()), "{text:?}");
    }
    assert!(!is_canonical(b"\"\xff\""));
}

/// Every shape that a type can have.
#[derive(Serialize)]
enum Shape {
    Unit,
    Newtype(Vec<Option<char>>),
    Tuple(i8, f32, String),
    Struct {
        zulu: (),
        alpha: BTreeMap<i16, bool>,
        mike: (u8, &'static str),
    },
}

#[test]
fn every_shape_of_a_type_is_written_as_another_writer_writes_it() {
    let shapes = [
        Shape::Unit,
        Shape::Newtype(vec![Some('"'), None, Some('优'), Some('\u{1f}')]),
        Shape::Tuple(-7, 0.5, "\u{7f}\u{2028}\t".to_owned()),
        Shape::Struct {
            zulu: (),
            alpha: BTreeMap::from([(-2, true), (10, false), (9, true)]),
            mike: (0, "/\\"),
        },
    ];
    assert_eq!(
        to_bytes(&shapes).unwrap(),
        serde_json_canonicalizer::to_vec(&shapes).unwrap()
    );
    assert_eq!(
        to_bytes(&shapes[2]).unwrap(),
        "{\"Tuple\":[-7,0.5,\"\u{7f}\u{2028}\\t\"]}".as_bytes()
    );
}

/// A map that writes a key twice.
struct Twice;

impl Serialize for Twice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("a", 1), ("b", 2), ("a", 3)])
    }
}

#[test]
fn keys_that_stand_twice_or_are_no_strings_are_refused() {
    assert!(matches!(to_bytes(&Twice), Err(CanonicalError::NotJson(_))));
    assert!(matches!(
        to_bytes(&BTreeMap::from([(vec![1], 1)])),
        Err(CanonicalError::NotJson(_))
    ));
}

fn any_json() -> impl Strategy<Value = Value> {
    let small = -(1_i64 << 53) + 1..1 << 53;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        small.prop_map(Value::from),
        (-1e15..1e15).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_bytes_are_canonical_and_say_the_same(value in any_json()) {
        let bytes = to_bytes(&value).unwrap();
        prop_assert!(is_canonical(&bytes));
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&value).unwrap());
        let again: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(to_bytes(&again).unwrap(), bytes);
    }
}
