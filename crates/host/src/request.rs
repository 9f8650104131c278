//! Requests, and what comes of them.

use std::fmt;
use std::ops::Range;

use campaign::{Command, Entry, Note, Refusal};
use ledger::vault::{Cipher, Item, VaultError};
use ledger::{Hash, ItemId, StoredItem};
use rulebook::{Lang, Say, say};

use crate::runner::survive;

/// A command, with the items of the vault that its entries will refer to.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is wanted.
    pub command: Command,
    /// The texts, files and personal data that go into the vault with it.
    pub items: Vec<Item>,
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self {
            command,
            items: Vec::new(),
        }
    }
}

/// That a command has happened and is durable, now or when it was sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The indices of the entries that came of it.
    pub entries: Range<u64>,
}

/// What comes of a request.
pub type Outcome = Result<Receipt, Failure>;

/// Why nothing is known to have come of a request.
///
/// After [`NotWriter`](Self::NotWriter), [`Unavailable`](Self::Unavailable) and [`Stopped`](Self::Stopped) it may have happened
/// all the same. Sent again with the same key, in any of the cases, it happens once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The campaign's rules say no. Nothing has happened, and everything the refusal rests on is durable.
    Refused(Refusal),
    /// The command refers to an item that wasn't sent, or not with that digest. Nothing has happened.
    ItemMissing(ItemId),
    /// An item was sent that the command doesn't refer to. Nothing has happened.
    ItemUnused(ItemId),
    /// The vault has or had an item with this id. Nothing has happened.
    ItemTaken(ItemId),
    /// An item can't be sealed. Nothing has happened.
    ItemUnfit(String),
    /// What would come of the command can't be written or doesn't fit what came before: a mistake in the program. Nothing has
    /// happened.
    Broken(String),
    /// Someone else writes: who, if that is known.
    NotWriter {
        /// How they are reached.
        holder: Option<String>,
    },
    /// The ledger can't be reached.
    Unavailable,
    /// Too many requests are waiting. Nothing has happened.
    Busy,
    /// The host is ending.
    Stopped,
}

impl Failure {
    /// What is wrong and what to do.
    #[must_use]
    pub fn say(&self) -> Say {
        match self {
            Self::Refused(refusal) => Say {
                zh: refusal.text(Lang::Zh),
                en: refusal.text(Lang::En),
            },
            Self::ItemMissing(item) => say!(
                "内容 {item} 没有随命令发来,或与其摘要不符。请连同内容重新发送。",
                "Item {item} was not sent with the command, or doesn't fit its digest. Send both again."
            ),
            Self::ItemUnused(item) => say!(
                "内容 {item} 与命令无关。请去掉后重新发送。",
                "The command does not refer to item {item}. Leave it out and send it again."
            ),
            Self::ItemTaken(item) => say!(
                "内容编号 {item} 已经用过。请换一个编号重新发送。",
                "The id of item {item} has been used before. Send it with a new one."
            ),
            Self::ItemUnfit(why) => say!(
                "内容无法加密保存:{why}。请换一份内容。",
                "An item can't be sealed: {why}. Send another one."
            ),
            Self::Broken(why) => say!(
                "程序有误,没有写入任何内容:{why}。请报告给维护人员。",
                "A mistake in the program; nothing was written: {why}. Report it to those who maintain it."
            ),
            Self::NotWriter { holder: Some(at) } => say!(
                "现在由 {at} 负责写入。请用同一个键发给它。",
                "{at} writes now. Send it there, with the same key."
            ),
            Self::NotWriter { holder: None } => say!(
                "现在不由本机写入。请稍后用同一个键重试。",
                "This host does not write now. Try again shortly, with the same key."
            ),
            Self::Unavailable => say!(
                "账本暂时无法使用。请稍后用同一个键重试,不会重复。",
                "The ledger can't be reached. Try again later with the same key; it will happen once."
            ),
            Self::Busy => say!(
                "等待处理的请求太多。请稍后重试。",
                "Too many requests are waiting. Try again shortly."
            ),
            Self::Stopped => say!(
                "服务正在停止。请稍后用同一个键重试。",
                "The host is ending. Try again later, with the same key."
            ),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say().en)
    }
}

impl std::error::Error for Failure {}

/// To whom the outcome is told. It is called on the writer's thread and must be quick.
pub(crate) type Reply = Box<dyn FnOnce(Outcome) + Send>;

/// A request that waits for its outcome.
pub(crate) struct Pending {
    pub command: Command,
    pub items: Vec<Brought>,
    pub reply: Reply,
    /// How often it has been tried in vain.
    pub attempts: u32,
}

/// An item as it was brought: sealed already, by whoever called.
pub(crate) struct Brought {
    pub digest: Hash,
    pub stored: StoredItem,
}

impl Pending {
    /// Tells the outcome. A reply that panics is its caller's mistake, and nobody else's harm.
    pub fn answer(self, outcome: Outcome) {
        let reply = self.reply;
        let _panicked = survive("a reply", || reply(outcome));
    }

    /// Seals the items of a request.
    pub(crate) fn seal(request: Request, cipher: &Cipher, reply: Reply) -> Option<Self> {
        let seal = |item: &Item| -> Result<Brought, VaultError> {
            let (digest, stored) = (item.digest(), cipher.seal(item)?);
            Ok(Brought { digest, stored })
        };
        match request.items.iter().map(seal).collect() {
            Ok(items) => Some(Self {
                command: request.command,
                items,
                reply,
                attempts: 0,
            }),
            Err(error) => {
                reply(Err(Failure::ItemUnfit(error.to_string())));
                None
            }
        }
    }

    /// That the items brought are those that the entries refer to, no more and no less.
    pub(crate) fn check_items(&self, entries: &[Entry]) -> Result<(), Failure> {
        let mut notes: Vec<Note> = Vec::new();
        for entry in entries {
            entry.event.notes(&mut notes);
        }
        if notes.is_empty() && self.items.is_empty() {
            return Ok(());
        }
        let fits = |note: &Note, item: &Brought| {
            note.item.0 == item.stored.id.0 && note.digest.0 == item.digest.0
        };
        let missing = |note: &&Note| !self.items.iter().any(|item| fits(note, item));
        if let Some(note) = notes.iter().find(missing) {
            return Err(Failure::ItemMissing(ItemId(note.item.0)));
        }
        let unused = |item: &&Brought| !notes.iter().any(|note| fits(note, item));
        match self.items.iter().find(unused) {
            Some(item) => Err(Failure::ItemUnused(item.stored.id)),
            None => Ok(()),
        }
    }
}
