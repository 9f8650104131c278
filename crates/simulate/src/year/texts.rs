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
    let phrase = list
        .get(random.choice(6) as usize)
        .copied()
        .unwrap_or_default();
    format!("{phrase}(意见{number})")
}

/// What is written into a text field of the county's forms, by the field's id; several fields of one id mean the same.
const FILLED: [(&str, [&str; 3]); 19] = [
    (
        "goal",
        [
            "走访全部低保户和独居老人",
            "修通一段断头路,雨天也能走",
            "窗口事项一次办成的比例再高一些",
        ],
    ),
    (
        "measures",
        [
            "每周一碰头,谁家有困难当天定人",
            "和施工队定下日程,每周公布进度",
            "把常办的事写成一张清单贴在窗口",
        ],
    ),
    (
        "share",
        ["管走访和诉求", "管学习和培训", "管项目和资金公开"],
    ),
    (
        "what",
        ["村口装路灯", "修好漏水的屋顶", "教老人用手机缴医保"],
    ),
    ("to", ["本组各户", "沿街商户", "在家的老人"]),
    (
        "deed",
        [
            "连着三年替邻里代办,没收过一分钱",
            "带着十来户把荒坡改成了茶园",
            "守夜送药,没有漏过一天",
        ],
    ),
    (
        "practice",
        [
            "每天下班练半小时,错一处记一处",
            "和老师傅结对,做完一件讲一遍",
            "把难办的件拆开,一步一步练",
        ],
    ),
    (
        "need",
        ["缺劳力收稻子", "孩子上学路远", "看病的钱一时凑不齐"],
    ),
    (
        "plan",
        [
            "周末组织帮收",
            "和学校商量校车改线",
            "先办临时救助,再报大病救助",
        ],
    ),
    (
        "action",
        ["每月派两名技术员下村", "帮着找销路", "出人出车修水渠"],
    ),
    (
        "theme",
        ["怎样把群众的话听完", "一件事一次办", "账目公开的做法"],
    ),
    (
        "learnt",
        [
            "先问清楚要办什么,再说要什么材料",
            "回头看一遍,比多开一次会有用",
            "数字要能对得上账",
        ],
    ),
    (
        "key_problems",
        ["出门打工的多,白天找不到人", "水渠年久失修", "停车难"],
    ),
    (
        "root",
        [
            "多头管,没人牵头;先定下一个人",
            "钱分散在几个项目里;合在一起用",
            "没问过用的人;下月先问",
        ],
    ),
    (
        "changed",
        [
            "由两人一组改成一人一片",
            "把表格减到一页",
            "改在赶集的日子办",
        ],
    ),
    (
        "effect",
        [
            "办一件事从 5 天减到 2 天",
            "来回跑从 3 趟减到 1 趟",
            "没人接的电话从 12 个减到 1 个",
        ],
    ),
    ("relations", ["同一单位,没有亲属关系", "邻居", "以前的同事"]),
    (
        "next_goal",
        ["把做法教给邻村", "再带三户", "明年办成合作社"],
    ),
    (
        "outcome",
        [
            "已经办好,当面确认过",
            "换了新管,水压正常",
            "补发到位,解释清楚了",
        ],
    ),
];

/// What someone writes into the field; `number` chooses.
pub(super) fn filled(field: &str, number: u64) -> &'static str {
    let known = FILLED.iter().find(|(id, _)| *id == field);
    let phrases = known.map_or(
        ["上门看过,情况属实", "已记下,下周再去", "商量过,大家同意"],
        |(_, phrases)| *phrases,
    );
    let [first, second, third] = phrases;
    match number % 3 {
        0 => first,
        1 => second,
        _ => third,
    }
}

const REQUESTS: [&str; 6] = [
    "路灯不亮",
    "自来水时有时无",
    "补贴没有到账",
    "垃圾三天没有清运",
    "门前的排水沟堵了",
    "办证等得太久",
];

/// What a request is about; `number` chooses.
pub(super) fn request(number: u64) -> &'static str {
    let at = usize::try_from(number % 6).unwrap_or(0);
    REQUESTS.get(at).copied().unwrap_or_default()
}
