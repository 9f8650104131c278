//! What can be asked of a ledger.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

use crate::lang::tr;

/// A command on a ledger.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    #[command(
        about = tr(
            "核验整个账本:每条记录、每个散列、每个签名都重新算一遍",
            "Check a whole ledger: every entry, hash and signature is computed again"
        ),
        after_help = tr(VERIFY.0, VERIFY.1)
    )]
    Verify(Verify),
    #[command(
        about = tr("把账本写成文本,每行一个 JSON", "Write a ledger as text, a line of JSON for each thing"),
        after_help = tr(EXPORT.0, EXPORT.1)
    )]
    Export(Export),
    #[command(
        about = tr(
            "把导出的文件放进空账本;改动过一个字节都不收",
            "Put an export into an empty ledger; one altered byte and it is refused"
        ),
        after_help = tr(
            "例子:\n  merit ledger import 账本.jsonl 新账本.merit --key keys/signing.pub",
            "Example:\n  merit ledger import ledger.jsonl new.merit --key keys/signing.pub"
        )
    )]
    Import(Import),
    #[command(
        about = tr(
            "证明一条记录在账本里,或今天的账本是由当初的账本接着写下来的",
            "Prove that an entry is in the ledger, or that today's ledger goes on from an earlier one"
        ),
        after_help = tr(PROVE.0, PROVE.1)
    )]
    Prove(Prove),
    #[command(
        about = tr("离线核对一份证明,只要账本的公钥", "Check a proof offline, with nothing but the ledger's public key"),
        after_help = tr(CHECK_PROOF.0, CHECK_PROOF.1)
    )]
    CheckProof(CheckProof),
    #[command(
        about = tr("账本里有多少东西", "How much a ledger holds"),
        after_help = tr("例子:\n  merit ledger stats 账本.merit", "Example:\n  merit ledger stats ledger.merit")
    )]
    Stats(Stats),
    #[command(
        about = tr(
            "写出公开的树(C2SP tlog-tiles),供外部工具核对",
            "Write the public tree (C2SP tlog-tiles) for outside tools to follow"
        ),
        after_help = tr(TILES.0, TILES.1)
    )]
    Tiles(Tiles),
    #[command(about = tr("签名和保险库的密钥", "The keys that sign, and that open the vault"))]
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    #[command(
        about = tr("把见证人的联署加到检查点上", "Add a witness's cosignature to a checkpoint"),
        after_help = tr(COSIGN.0, COSIGN.1)
    )]
    Cosign(Cosign),
}

const VERIFY: (&str, &str) = (
    "\
例子:
  merit ledger verify 账本.merit --key keys/signing.pub
  merit ledger verify 账本.merit --key keys/signing.pub --known 二月通报.checkpoint
  merit ledger verify postgres://merit@db/merit --key keys/signing.pub --json

只读,不会新建账本。保险库里的内容不解密。记录从 0 数起。
账本若被整个截短到较早的检查点,从里面看不出来:用 --known 给出在别处保存的检查点。
退出码:0 没有问题  1 查出问题  3 不是账本  4 读不了",
    "\
Examples:
  merit ledger verify ledger.merit --key keys/signing.pub
  merit ledger verify ledger.merit --key keys/signing.pub --known february.checkpoint
  merit ledger verify postgres://merit@db/merit --key keys/signing.pub --json

It only reads, and makes no ledger. The vault's contents aren't decrypted. Entries are counted from 0.
A ledger cut back to an earlier checkpoint, tree and all, looks sound from within: give --known a checkpoint
that was kept elsewhere.
Exit codes: 0 sound  1 findings  3 not a ledger  4 it can't be read",
);

const EXPORT: (&str, &str) = (
    "\
例子:
  merit ledger export 账本.merit --out 账本.jsonl
  merit ledger export 账本.merit --vault --out 全部.jsonl    连同保险库(仍加密)

文件里有记录的正文和盐:要像账本一样保管。",
    "\
Examples:
  merit ledger export ledger.merit --out ledger.jsonl
  merit ledger export ledger.merit --vault --out all.jsonl    with the vault, still encrypted

The file holds the entries' bodies and salts: keep it like the ledger itself.",
);

const PROVE: (&str, &str) = (
    "\
例子:
  merit ledger prove 账本.merit --entry 7 --out 七号.json       公开一条记录及其证明
  merit ledger prove 账本.merit --from 1000 --out 接续.json     前 1000 条从那以后没有变过

证明会公开这条记录的正文和盐,别的记录不受影响。记录从 0 数起。",
    "\
Examples:
  merit ledger prove ledger.merit --entry 7 --out seven.json     one entry laid open, with its proof
  merit ledger prove ledger.merit --from 1000 --out since.json   the first 1000 haven't changed since

A proof lays open this entry's body and salt, and nothing of any other. Entries are counted from 0.",
);

const CHECK_PROOF: (&str, &str) = (
    "\
例子:
  merit ledger check-proof 七号.json --key keys/signing.pub
  merit ledger check-proof 接续.json --key keys/signing.pub --known 二月通报.checkpoint

退出码:0 证明成立  1 不成立  3 文件不是证明",
    "\
Examples:
  merit ledger check-proof seven.json --key keys/signing.pub
  merit ledger check-proof since.json --key keys/signing.pub --known february.checkpoint

Exit codes: 0 the proof holds  1 it doesn't  3 the file is no proof",
);

const TILES: (&str, &str) = (
    "\
例子:
  merit ledger tiles 账本.merit 公开/log

只有散列和签名,看不出内容。再次运行会接着写;已写出的若对不上,就不写。",
    "\
Example:
  merit ledger tiles ledger.merit public/log

Hashes and signatures only: they tell nothing of the contents. Run again, it goes on where it was; where what was
written before doesn't fit, nothing is written.",
);

const COSIGN: (&str, &str) = (
    "\
例子:
  merit ledger cosign 账本.merit 联署.checkpoint --key keys/signing.pub --witness 见证人.pub

同一时间只能有一个程序写账本:先停下正在写的。",
    "\
Example:
  merit ledger cosign ledger.merit cosigned.checkpoint --key keys/signing.pub --witness witness.pub

Only one program may write a ledger at a time: stop the one that does.",
);

/// Where a ledger is. A text: the command line's own messages would show a URL's password.
#[derive(Args, Debug)]
pub struct Place {
    #[arg(
        value_name = tr("账本", "LEDGER"),
        help = tr("账本:文件,或 postgres:// 地址", "The ledger: a file, or a postgres:// URL")
    )]
    pub ledger: String,
}

/// Whose signatures count.
#[derive(Args, Debug)]
pub struct Trust {
    #[arg(
        long = "key",
        value_name = tr("公钥", "VKEY"),
        required = true,
        num_args = 1..,
        help = tr(
            "账本的公钥(名+散列+密钥),或存有公钥的文件;换过密钥的,新旧都写",
            "The ledger's public key (name+hash+key), or a file that holds it; former keys as well"
        )
    )]
    pub keys: Vec<String>,
    #[arg(
        long = "witness",
        value_name = tr("公钥", "VKEY"),
        num_args = 1..,
        help = tr("见证人的公钥,写法同上", "Witnesses' public keys, written likewise")
    )]
    pub witnesses: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Verify {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub trust: Trust,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        num_args = 1..,
        help = tr("在别处保存的检查点:账本须由它接着写下来", "Checkpoints kept elsewhere: the ledger must go on from them")
    )]
    pub known: Vec<PathBuf>,
    #[arg(long, action = ArgAction::SetTrue, help = tr("输出 JSON,列出全部问题", "JSON, with all findings"))]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    pub place: Place,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr(
            "写到文件,仅本人可读;要么写完整,要么不写;不写则输出到屏幕",
            "Write to a file for its owner alone: all of it or nothing; the standard output when absent"
        )
    )]
    pub out: Option<PathBuf>,
    #[arg(long, action = ArgAction::SetTrue, help = tr("连同保险库,加密的原样", "With the vault's items, encrypted as they are"))]
    pub vault: bool,
}

#[derive(Args, Debug)]
pub struct Import {
    #[arg(value_name = tr("文件", "FILE"), help = tr("导出的文件", "The export"))]
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub trust: Trust,
}

#[derive(Args, Debug)]
#[group(id = "what", required = true, args = ["entry", "from"])]
pub struct Prove {
    #[command(flatten)]
    pub place: Place,
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "from",
        conflicts_with = "from",
        help = tr("公开并证明第几号记录", "Lay open and prove this entry")
    )]
    pub entry: Option<u64>,
    #[arg(
        long,
        value_name = "N",
        help = tr("证明:只有 N 条记录时的账本就是今天的开头", "Prove that the ledger of N entries is how today's begins")
    )]
    pub from: Option<u64>,
    #[arg(
        long,
        alias = "to",
        value_name = "N",
        help = tr("依据有 N 条记录的检查点,也可写 --to;不写则为最近的", "Under the checkpoint of N entries (--to does as well); the latest when absent")
    )]
    pub size: Option<u64>,
    #[arg(long, value_name = tr("文件", "FILE"), help = tr("写到文件;不写则输出到屏幕", "Write to a file; the standard output when absent"))]
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct CheckProof {
    #[arg(value_name = tr("文件", "FILE"), help = tr("证明", "The proof"))]
    pub file: PathBuf,
    #[command(flatten)]
    pub trust: Trust,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr("自己保存的旧检查点(接续证明用)", "The earlier checkpoint as you kept it (for a proof made with --from)")
    )]
    pub known: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Stats {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, action = ArgAction::SetTrue, help = tr("输出 JSON", "JSON"))]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Tiles {
    #[command(flatten)]
    pub place: Place,
    #[arg(value_name = tr("文件夹", "DIR"), help = tr("写到哪里", "Where to"))]
    pub dir: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    #[command(
        about = tr("生成签名密钥和保险库密钥", "Make a signing key and a key of the vault"),
        after_help = tr(KEYS_NEW.0, KEYS_NEW.1)
    )]
    New {
        #[arg(value_name = tr("文件夹", "DIR"), help = tr("写到哪里;已有的密钥不会覆盖", "Where to; a key that exists is never overwritten"))]
        dir: PathBuf,
        #[arg(
            long,
            value_name = tr("名字", "ORIGIN"),
            help = tr(
                "账本的名字:一个词,如 merit.example.org/2026,以后不能改",
                "The ledger's name: a word such as merit.example.org/2026; it can't be changed later"
            )
        )]
        name: String,
    },
}

const KEYS_NEW: (&str, &str) = (
    "\
例子:
  merit ledger keys new keys --name merit.example.org/2026

写出三个文件:signing.key 签名用,vault.key 打开保险库用(都仅本人可读),signing.pub 是公钥,可以公开。
密钥不在备份里:另存一份,和账本分开放。丢了 vault.key,保险库就打不开了。",
    "\
Example:
  merit ledger keys new keys --name merit.example.org/2026

Three files are written: signing.key signs and vault.key opens the vault (for their owner alone); signing.pub is the
public key, for everybody. Keys are in no backup: keep a copy apart from the ledger. Without vault.key the vault is lost.",
);

#[derive(Args, Debug)]
pub struct Cosign {
    #[command(flatten)]
    pub place: Place,
    #[arg(value_name = tr("文件", "NOTE-FILE"), help = tr("见证人签过的检查点", "The checkpoint as the witness has signed it"))]
    pub note: PathBuf,
    #[command(flatten)]
    pub trust: Trust,
}

/// `merit verify`.
#[derive(Debug, Subcommand)]
pub enum Published {
    #[command(
        about = tr(
            "核对一期通报的资料包:每个得分重新算一遍,每个签名和证明都核对",
            "Check the bundle of a circular: every score is computed again, every signature and proof is checked"
        ),
        after_help = tr(BUNDLE.0, BUNDLE.1)
    )]
    Bundle(Bundle),
}

const BUNDLE: (&str, &str) = (
    "\
例子:
  merit verify bundle 一月通报 --key 账本.pub
  merit verify bundle 一月通报.json --key 账本.pub

不用联网,不用账本。不给 --key 就用资料包自带的公钥,那只说明资料包前后一致,不说明它是谁的。
退出码:0 没有问题  1 查出问题  2 公钥写错  3 不是资料包  4 读不了",
    "\
Examples:
  merit verify bundle january --key log.pub
  merit verify bundle january.json --key log.pub

It needs neither a network nor the ledger. Without --key the bundle's own key is used: that shows that the bundle
agrees with itself, not whose it is.
Exit codes: 0 sound  1 findings  2 a key that isn't one  3 not a bundle  4 it can't be read",
);

#[derive(Args, Debug)]
pub struct Bundle {
    #[arg(
        value_name = tr("资料包", "BUNDLE"),
        help = tr("资料包:文件夹,或单个文件", "The bundle: a folder, or one file")
    )]
    pub path: PathBuf,
    #[arg(
        long = "key",
        value_name = tr("公钥", "VKEY"),
        num_args = 1..,
        help = tr(
            "账本的公钥(名+散列+密钥),或存有公钥的文件;从别处取得,不从资料包里取",
            "The ledger's public key (name+hash+key), or a file that holds it; from elsewhere, not out of the bundle"
        )
    )]
    pub keys: Vec<String>,
}

/// `merit backup`.
#[derive(Args, Debug)]
pub struct Backup {
    #[command(flatten)]
    pub place: Place,
    #[arg(value_name = tr("文件", "FILE"), help = tr("备份写到哪里;已有的不会覆盖", "Where the copy goes; a file that exists is never overwritten"))]
    pub file: PathBuf,
}

/// `merit restore`.
#[derive(Args, Debug)]
pub struct Restore {
    #[arg(value_name = tr("文件", "FILE"), help = tr("备份", "The copy"))]
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
}

/// Examples and warnings of `merit backup`.
pub const BACKUP: (&str, &str) = (
    "\
例子:
  merit backup 账本.merit 备份/2026-03-01.merit

账本正在写也可以备份。密钥不在备份里:signing.key 和 vault.key 另存,和备份分开放。
备份以后才删除的个人信息还在备份里:过了保存期的备份要销毁。
PostgreSQL 用它自己的 pg_dump,或 merit ledger export --vault。",
    "\
Example:
  merit backup ledger.merit backups/2026-03-01.merit

The ledger may be written meanwhile. Keys are in no backup: keep signing.key and vault.key elsewhere.
Personal data erased later are still in the copy: destroy copies when their time is over.
For PostgreSQL use its own pg_dump, or `merit ledger export --vault`.",
);

/// Examples and warnings of `merit restore`.
pub const RESTORE: (&str, &str) = (
    "\
例子:
  mv 账本.merit 坏账本.merit          原账本还在,就不恢复:先移开,留作证据
  merit restore 备份/2026-03-01.merit 账本.merit
  merit ledger verify 账本.merit --key keys/signing.pub

备份不知道后来删除了什么:恢复后,先把备份以后的删除再做一遍,再给人用。删了什么,查后来的账本或导出文件里的记录。",
    "\
Examples:
  mv ledger.merit broken.merit        a ledger that is still there isn't replaced: move it away, as evidence
  merit restore backups/2026-03-01.merit ledger.merit
  merit ledger verify ledger.merit --key keys/signing.pub

A copy knows nothing of later erasures: do them again before anybody uses the restored ledger. The entries of the later
ledger, or of an export of it, tell what was erased.",
);
