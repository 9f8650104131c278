//! What the ledger says, in words: each finding and each error with its place and what to do, in both languages.

use std::error::Error;
use std::path::Path;

use ledger::backup::BackupError;
use ledger::checkpoint::{CheckpointError, CosignError, KeysError};
use ledger::disclose::DiscloseError;
use ledger::export::{ExportError, ImportError, LineFault};
use ledger::key::KeyError;
use ledger::note::NoteError;
use ledger::sqlite::{Obstacle, SqliteError};
use ledger::tree::ProofError;
use ledger::vault::key::KeyError as VaultKeyError;
use ledger::verify::{CheckpointFault, EntryFault, Finding, KnownFault, Remedy, TileFault};
use ledger::{Location, StoreError};
use rulebook::{Say, say};

use crate::failure::Failure;

/// What is wrong, with its place. `known` are the files of the kept checkpoints.
pub fn finding(finding: &Finding, known: &[impl AsRef<Path>]) -> Say {
    match finding {
        Finding::Entry { index, fault } => {
            let Say { zh, en } = entry_fault(*fault);
            say!("{index} 号记录:{zh}", "entry {index}: {en}")
        }
        Finding::EntriesMissing { length, covered } => say!(
            "记录缺失:检查点签了 {covered} 条,只有 {length} 条",
            "entries are missing: a checkpoint covers {covered}, only {length} are there"
        ),
        Finding::Tile {
            level,
            index,
            fault,
        } => {
            let Say { zh, en } = tile_fault(*fault);
            say!(
                "第 {level} 层 {index} 号树块:{zh}",
                "tile {index} of level {level}: {en}"
            )
        }
        Finding::Checkpoint { size, fault } => {
            let Say { zh, en } = checkpoint_fault(fault);
            say!(
                "{size} 条记录的检查点:{zh}",
                "checkpoint of {size} entries: {en}"
            )
        }
        Finding::Known { number, fault } => {
            let Say { zh, en } = known_fault(fault);
            let file = known
                .get(*number)
                .map(|file| file.as_ref().display().to_string())
                .unwrap_or_default();
            say!(
                "在别处保存的检查点 {file}:{zh}",
                "kept checkpoint {file}: {en}"
            )
        }
        Finding::Unreadable { what } => say!(
            "读不懂存着的内容,其后的没有核验:{what}",
            "what is stored can't be read, and what follows wasn't checked: {what}"
        ),
        other => plain(other),
    }
}

fn entry_fault(fault: EntryFault) -> Say {
    match fault {
        EntryFault::NotCommitted => say!(
            "正文和盐算出的散列与树里的不符,被改过、换过或挪过",
            "body and salt don't give the hash in the tree: it was altered, exchanged or moved"
        ),
        EntryFault::NotCanonical => {
            say!("正文不是规范的 JSON", "the body isn't canonical JSON")
        }
    }
}

fn tile_fault(fault: TileFault) -> Say {
    match fault {
        TileFault::Missing => say!("缺失", "it is missing"),
        TileFault::Width { bytes, wanted } => say!(
            "有 {bytes} 字节,应有 {wanted} 字节",
            "it has {bytes} bytes and must have {wanted}"
        ),
        TileFault::Altered { position } => say!(
            "第 {position} 个散列与记录算出的不符",
            "hash {position} isn't what the entries give"
        ),
        TileFault::Superfluous => say!("树里没有这一块", "the tree has no such tile"),
    }
}

fn checkpoint_fault(fault: &CheckpointFault) -> Say {
    match fault {
        CheckpointFault::Rejected(error) => checkpoint(error),
        CheckpointFault::Size { said } => {
            say!(
                "自己写的却是 {said} 条",
                "it says itself that it covers {said}"
            )
        }
        CheckpointFault::Root => say!("记录算出的是另一个根", "the entries give another root"),
        CheckpointFault::UnknownSignature(name) => say!(
            "有“{name}”的签名,却没有给出这把公钥",
            "it bears a signature of {name}, whose key wasn't given"
        ),
        CheckpointFault::NotLatest => say!(
            "它最大,最近的检查点却不是它",
            "it is the largest, but another one stands as the latest"
        ),
    }
}

fn known_fault(fault: &KnownFault) -> Say {
    match fault {
        KnownFault::Rejected(error) => checkpoint(error),
        KnownFault::Shorter { size } => say!(
            "当时有 {size} 条记录,现在不到:后面的被截掉了",
            "the ledger had {size} entries then and has fewer now: it was cut back"
        ),
        KnownFault::Root { size } => say!(
            "当时的前 {size} 条不是现在这些:历史被改写了",
            "the first {size} entries were others then: the past was rewritten"
        ),
    }
}

/// What to do about a finding.
pub fn remedy(finding: &Finding) -> Say {
    if let Finding::Checkpoint {
        fault: CheckpointFault::Rejected(CheckpointError::Origin(_)),
        ..
    } = finding
    {
        return say!(
            "核对给的公钥是不是这个账本的;公钥没错,账本就被换过了",
            "see whether the key is this ledger's; if it is, the ledger was exchanged"
        );
    }
    match finding.remedy() {
        Remedy::RestoreBackup => say!(
            "停止写入,保留文件作证据,恢复最近一份核验通过的备份",
            "stop writing, keep the files as evidence, restore the latest backup that verifies"
        ),
        Remedy::Rebuild => say!(
            "记录没有受损:用 merit ledger export 导出,再用 import 放进新账本",
            "the entries aren't concerned: `merit ledger export`, then `import` into a new ledger"
        ),
        Remedy::GiveKey => say!(
            "用 --key 或 --witness 给出签名的那把公钥;谁也不知道是哪把,就是别人签的",
            "give the key that signed by --key or --witness; if nobody knows it, someone else signed"
        ),
        Remedy::CheckFile => say!("找对文件", "look for the right file"),
        Remedy::Investigate => say!(
            "两份历史都保留,查清谁改了哪一份",
            "keep both histories and find out which was changed, and by whom"
        ),
    }
}

/// Why a note isn't a checkpoint of this ledger.
pub fn checkpoint(error: &CheckpointError) -> Say {
    match error {
        CheckpointError::Note(error) => note(*error),
        CheckpointError::Text => say!(
            "不是检查点:应依次写明名字、条数、根",
            "it isn't a checkpoint, which says name, size and root"
        ),
        CheckpointError::Origin(origin) => say!(
            "属于另一个账本“{origin}”",
            "it is of another ledger, {origin}"
        ),
        CheckpointError::NotSigned => say!(
            "没有账本的签名,或不是用给出的公钥签的",
            "it isn't signed by the ledger with a key that was given"
        ),
        CheckpointError::BadSignature(name, id) => say!(
            "{name}+{id} 的签名不符",
            "the signature of {name}+{id} doesn't fit"
        ),
        CheckpointError::Repeated(name, id) => say!(
            "{name}+{id} 的签名出现两次",
            "the signature of {name}+{id} stands twice"
        ),
        other => plain(other),
    }
}

fn note(error: NoteError) -> Say {
    match error {
        NoteError::ControlCharacter => say!(
            "不是签名文本:里面有控制字符",
            "it isn't a signed note: it has control characters"
        ),
        NoteError::NoSignatures => say!(
            "不是签名文本:应为正文、空行、至少一个签名",
            "it isn't a signed note: a text, a blank line, at least one signature"
        ),
        NoteError::SignatureLine => say!(
            "正文下面有一行不是签名(— 名字 base64)",
            "a line under the text isn't a signature (— name base64)"
        ),
        NoteError::TooMany => say!("签名超过 100 个", "it has more than 100 signatures"),
    }
}

/// Why a proof doesn't show what it should.
pub fn proof(error: ProofError) -> Say {
    match error {
        ProofError::OutOfRange => say!(
            "检查点里没有这条记录,或没有这个更早的账本",
            "the checkpoint covers no such entry or no such earlier ledger"
        ),
        ProofError::WrongLength => say!(
            "证明里的散列个数不对",
            "the proof has the wrong number of hashes"
        ),
        ProofError::WrongRoot => say!(
            "算出的根不是检查点签的那个:内容、盐或证明被改过",
            "it leads to another root than the one signed: body, salt or proof was altered"
        ),
    }
}

/// Why a text is no key.
pub fn key(error: KeyError) -> Say {
    match error {
        KeyError::Name => say!(
            "名字应是一个词,没有空格和加号,如 merit.example.org/2026",
            "a name is a word without spaces and plus signs, like merit.example.org/2026"
        ),
        KeyError::Form => say!(
            "公钥写成 名字+散列+base64;从 signing.pub 照抄",
            "a public key is written name+hash+base64; copy it from signing.pub"
        ),
        KeyError::Algorithm => say!(
            "不是这里要的那种公钥:账本的是 1(Ed25519),见证人的是 4(联署)",
            "it isn't of the kind wanted: 1 (Ed25519) for a ledger, 4 (cosignature) for a witness"
        ),
        KeyError::Hash => say!(
            "公钥里的散列与名字、密钥不符,有一处抄错了;从 signing.pub 重新照抄",
            "the hash in it doesn't fit name and key, so a part is wrong; copy it from signing.pub again"
        ),
        KeyError::NoRandomness => say!(
            "系统给不出随机数,没有生成密钥",
            "the system gives no random bytes; no key was made"
        ),
    }
}

/// Why keys can't be those of one ledger.
pub fn keys(error: &KeysError) -> Say {
    match error {
        KeysError::NoLogKey => say!(
            "没有给出账本的公钥;用 --key 给出",
            "no key of the ledger was given; give it by --key"
        ),
        KeysError::OtherName(name) => say!(
            "--key 的公钥名字不同,有一把是“{name}”的;一个账本的公钥都用它的名字",
            "the keys given by --key have different names, one is {name}; a ledger's keys all bear its name"
        ),
        KeysError::Kind(name) => say!(
            "“{name}”的公钥给错了地方:账本的(1 类)用 --key,见证人的(4 类)用 --witness",
            "the key of {name} is in the wrong place: --key takes a ledger's (type 1), --witness a witness's (type 4)"
        ),
        KeysError::Repeated(name, id) => {
            say!(
                "公钥 {name}+{id} 给了两次",
                "the key {name}+{id} is given twice"
            )
        }
    }
}

/// A store that can't be used.
pub fn store(place: &Location, error: &StoreError) -> Failure {
    match error {
        StoreError::Damaged(what) => {
            let what = without_path(place, what);
            Failure::Refused(Some(say!(
                "{place} 不是能用的账本({what})。核对给的是不是账本;是的话保留原件,恢复备份",
                "{place} isn't a ledger that can be used ({what}). See whether the right one was named; if so, keep it as \
                 it is and restore a backup"
            )))
        }
        StoreError::Failed(source) => match source.downcast_ref::<SqliteError>() {
            Some(error) => Failure::Io(file(error)),
            None => Failure::Io(server(place, source.as_ref())),
        },
        StoreError::Superseded => Failure::Io(say!(
            "{place}:写账本的权限已被别的程序取得,什么也没有再写;稍后再试",
            "{place}: another program has taken the right to write, so nothing more was written; try again later"
        )),
        other => {
            let Say { zh, en } = plain(other);
            Failure::Io(say!("{place}:{zh}", "{place}: {en}"))
        }
    }
}

/// What a store says about itself, its file not named once more.
fn without_path(place: &Location, what: &str) -> String {
    match place {
        Location::File(path) => path.canonicalize().map_or_else(
            |_| what.to_owned(),
            |path| what.replace(&path.display().to_string(), "it"),
        ),
        Location::Postgres(_) => what.to_owned(),
    }
}

fn file(error: &SqliteError) -> Say {
    let (path, why) = match error {
        SqliteError::ReadOnly(path) => {
            let path = path.display();
            return say!(
                "{path} 只能读:写账本要有该文件和所在文件夹的写权限",
                "{path} may only be read: writing takes the right to write it and its folder"
            );
        }
        SqliteError::Io { path, source } => return Failure::read_say(path, source),
        SqliteError::Sql { path, source } => (path.display(), source),
        other => return plain(other),
    };
    match error.obstacle() {
        Obstacle::CannotOpen => say!(
            "打不开 {path}:核对文件和文件夹在不在,有没有权限(文件夹也要能写)",
            "can't open {path}: see whether file and folder are there and may be used (the folder must be writable)"
        ),
        Obstacle::DiskFull => say!(
            "写不了 {path}:磁盘已满",
            "can't write {path}: the disk is full"
        ),
        Obstacle::Locked => say!(
            "{path} 被别的程序占用;等它结束后再试",
            "{path} is locked by another program; try again when that has ended"
        ),
        _ => say!("用不了 {path}:{why}", "can't use {path}: {why}"),
    }
}

/// PostgreSQL's own words: no part of the address is in them.
fn server(place: &Location, error: &(dyn Error + 'static)) -> Say {
    let why = chain(error);
    say!(
        "数据库 {place} 用不了:{why}。核对地址、用户名和密码,以及服务器是否在运行",
        "can't use the database {place}: {why}. See whether address, user and password are right and the server runs"
    )
}

/// An error and what it comes from, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let why = error.to_string();
        if !text.contains(&why) {
            text = format!("{text}: {why}");
        }
        source = error.source();
    }
    text
}

/// What has no words of its own here.
fn plain(error: &impl ToString) -> Say {
    let text = error.to_string();
    say!("{text}", "{text}")
}

/// A ledger that someone else writes.
pub fn busy(place: &Location, who: &str) -> Failure {
    Failure::Io(say!(
        "{place} 正由“{who}”写入;先停下它再试",
        "{place} is being written by “{who}”; stop that, then try again"
    ))
}

/// An export that broke off. `out` is the file it goes to.
pub fn export(place: &Location, out: Option<&Path>, error: ExportError) -> Failure {
    match error {
        ExportError::NotCanonical(index) => Failure::Refused(Some(say!(
            "{place}:{index} 号记录的正文不是规范的 JSON,没有导出;用 merit ledger verify 核验",
            "{place}: the body of entry {index} isn't canonical JSON, so nothing was exported; see `merit ledger verify`"
        ))),
        ExportError::Checkpoint(size) => Failure::Refused(Some(say!(
            "{place}:{size} 条记录的检查点读不懂,没有导出;用 merit ledger verify 核验",
            "{place}: the checkpoint of {size} entries can't be read, so nothing was exported; see `merit ledger verify`"
        ))),
        ExportError::Store(error) => store(place, &error),
        ExportError::Write(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Failure::Gone
        }
        ExportError::Write(error) => Failure::write(out.unwrap_or(Path::new("-")), &error),
        other => Failure::Io(plain(&other)),
    }
}

/// An import that took nothing.
pub fn import(place: &Location, from: &Path, error: &ImportError) -> Failure {
    let file = from.display();
    match error {
        ImportError::NotEmpty => not_empty(place),
        ImportError::Line { line, fault } => {
            let Say { zh, en } = line_fault(fault);
            Failure::Refused(Some(say!(
                "{file} 第 {line} 行:{zh}。什么也没有导入;找一份没有改动过的导出文件",
                "{file}, line {line}: {en}. Nothing was imported; look for an export that hasn't been altered"
            )))
        }
        ImportError::Read(error) => Failure::read(from, error),
        ImportError::Store(error) => store(place, error),
        other => Failure::Io(plain(other)),
    }
}

/// A place where something is already.
pub fn not_empty(place: &Location) -> Failure {
    Failure::Usage(say!(
        "{place} 已经有内容,没有动它;移开它,或换一个新的",
        "{place} holds something already and was left as it is; move it away, or name a new one"
    ))
}

fn line_fault(fault: &LineFault) -> Say {
    match fault {
        LineFault::CutOff => say!("文件到这里就断了", "the file is cut off here"),
        LineFault::Format => say!(
            "不是 merit ledger export 写的文件,或版本更新",
            "this isn't what `merit ledger export` writes, or a later version of it"
        ),
        LineFault::Spelling => say!(
            "写法与导出时的不同,被改过",
            "it isn't spelt as an export writes it, so it was altered"
        ),
        LineFault::Index { wanted } => say!(
            "这里应是 {wanted} 号记录:有的行缺失、调换或多出",
            "entry {wanted} must stand here: lines are missing, exchanged or added"
        ),
        LineFault::Altered => say!("内容与散列不符,被改过", "the content doesn't fit its hash"),
        LineFault::NotCanonical => say!("正文不是规范的 JSON", "the body isn't canonical JSON"),
        LineFault::Checkpoint(error) => {
            let Say { zh, en } = checkpoint(error);
            say!("检查点不能用,{zh}", "the checkpoint won't do: {en}")
        }
        LineFault::Disorder => say!(
            "检查点前后不一,或签的比记录还多",
            "the checkpoints don't fit together, or cover more than there is"
        ),
        LineFault::Root => say!(
            "到这里的记录算出的根与检查点的不符",
            "the entries up to here don't give the checkpoint's root"
        ),
        LineFault::Closing => say!(
            "行数或散列不符:前面有行被改、被删或多出",
            "count or digest doesn't fit: lines before were altered, removed or added"
        ),
        LineFault::After => say!("结尾之后还有内容", "something follows the closing line"),
        other => plain(other),
    }
}

/// A copy that wasn't made. `place` is the ledger concerned.
pub fn backup(place: &Location, error: &BackupError) -> Failure {
    match error {
        BackupError::TargetExists(path) => {
            let path = path.display();
            Failure::Usage(say!(
                "{path} 已经存在,没有动它;移开它,或换一个名字",
                "{path} exists and was left as it is; move it away, or choose another name"
            ))
        }
        BackupError::Locked(path) => {
            let path = path.display();
            Failure::Io(say!(
                "{path} 被别的程序占用,没有写成;再试一次",
                "{path} is locked by another program, so nothing was written; try again"
            ))
        }
        BackupError::Io { path, source } => Failure::write(path, source),
        BackupError::Store(error) => store(place, error),
        other => Failure::Io(plain(other)),
    }
}

/// An entry that can't be proved.
pub fn disclose(place: &Location, error: &DiscloseError) -> Failure {
    match error {
        DiscloseError::NoCheckpoint(size) => no_checkpoint(place, *size),
        DiscloseError::NotCovered { index, size } => Failure::Usage(say!(
            "{place}:检查点签了 {size} 条(0 到 {last} 号),没有 {index} 号;换一个号,或等下一个检查点",
            "{place}: the checkpoint covers {size} entries (0 to {last}), not entry {index}; choose another, or wait for \
             the next checkpoint",
            last = size.saturating_sub(1)
        )),
        DiscloseError::Store(error) => store(place, error),
        other => Failure::Io(plain(other)),
    }
}

/// No checkpoint of that size is stored.
pub fn no_checkpoint(place: &Location, size: u64) -> Failure {
    Failure::Usage(say!(
        "{place} 没有 {size} 条记录的检查点;不写 --size 就用最近的",
        "{place} has no checkpoint of {size} entries; without --size the latest is taken"
    ))
}

/// A cosignature that wasn't added.
pub fn cosign(place: &Location, note: &Path, error: &CosignError) -> Failure {
    let file = note.display();
    Failure::Refused(Some(match error {
        CosignError::Checkpoint(error) => {
            let Say { zh, en } = checkpoint(error);
            say!("{file}:{zh};没有加上", "{file}: {en}; nothing was added")
        }
        CosignError::NoCheckpoint(size) => say!(
            "{place} 没有 {size} 条记录的检查点;请见证人签最近的那个",
            "{place} has no checkpoint of {size} entries; let the witness sign the latest"
        ),
        CosignError::OtherText(size) => say!(
            "{file} 与账本里 {size} 条记录的检查点内容不同:有两份历史,都要保留并查清",
            "{file} says something else than the ledger's checkpoint of {size} entries: there are two histories; keep \
             both and find out why"
        ),
        CosignError::NoWitness => say!(
            "{file} 没有给出的见证人的签名;用 --witness 给出见证人的公钥",
            "{file} isn't signed by a witness that was given; give the witness's key by --witness"
        ),
        CosignError::Store(error) => return store(place, error),
        other => plain(other),
    }))
}

/// A key of the vault that wasn't made.
pub fn vault_key(error: &VaultKeyError) -> Failure {
    match error {
        VaultKeyError::Io { path, source } => Failure::write(path, source),
        VaultKeyError::Random(_) => Failure::Io(key(KeyError::NoRandomness)),
        other => Failure::Io(plain(other)),
    }
}
