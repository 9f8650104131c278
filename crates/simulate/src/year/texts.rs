//! Texts that belong into the vault: what people are called, where they can be reached, what they say.

use campaign::{Digest, ItemId, Note};
use sha2::{Digest as _, Sha256};

use crate::random::Random;

/// A text for the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its id and salted digest, as entries hold them.
    pub note: Note,
    /// What hides it behind the digest.
    pub salt: [u8; 32],
    /// What it says.
    pub content: String,
}

/// What the content of every text is.
pub const MEDIA_TYPE: &str = "text/plain";

impl Text {
    /// The text with this number.
    pub(super) fn of(seed: u64, number: u64, content: String) -> Self {
        let mut random = Random::named(seed, &["text", &number.to_string()]);
        let mut salt = [0; 32];
        for chunk in salt.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random.next().to_le_bytes());
        }
        let mut item = [0; 16];
        for chunk in item.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random.next().to_le_bytes());
        }
        let mut sha = Sha256::new();
        sha.update(salt);
        sha.update(MEDIA_TYPE);
        sha.update([0]);
        sha.update(&content);
        Self {
            note: Note {
                item: ItemId(item),
                digest: Digest(sha.finalize().into()),
            },
            salt,
            content,
        }
    }
}

const PRAISE: [&str; 6] = [
    "窗口的人讲得清楚,一次就办成了",
    "跑了一趟就办好,谢谢",
    "下雨天还上门,没想到",
    "材料少了两样,省事",
    "电话打得通,有人接",
    "孩子上学的事当天就有了答复",
];
const BLAME: [&str; 6] = [
    "让我跑了三趟,每次说的都不一样",
    "排队两个小时,中午没有人",
    "说好三天,等了三个星期",
    "问了没人回话",
    "收了材料就没下文了",
    "态度生硬,不肯解释",
];

/// What a rater of this level might write; `number` makes it one of a kind.
pub(super) fn comment(level: u8, random: &mut Random, number: u64) -> String {
    let list = if level <= 3 { &BLAME } else { &PRAISE };
    let phrase = list.get(random.choice(6) as usize).copied().unwrap_or_default();
    format!("{phrase}(意见{number})")
}
