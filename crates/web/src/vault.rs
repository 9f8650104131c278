//! Texts on their way into the vault, and those read from it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use campaign::{Digest, ItemId, Note, PersonId, State};
use host::Host;
use ledger::vault::{Item, Limits, MediaType};
use rulebook::say;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// What is known of a person, as it lies in the vault: JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What they are called.
    pub name: String,
    /// Where they can be called.
    pub phone: String,
    /// Where they can be written to.
    pub mail: String,
}

/// So many characters a text has at most.
const LONGEST: usize = 20_000;

/// Items that go into the vault with a command.
#[derive(Debug, Default)]
pub struct Writing {
    /// The items.
    pub items: Vec<Item>,
}

impl Writing {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A text.
    ///
    /// # Errors
    /// A [`Problem`] of this field, when it is too long or holds what can't be shown.
    pub fn text(&mut self, field: &str, text: &str) -> Result<Note, Problem> {
        let wrong = if text.chars().count() > LONGEST {
            Some(say!(
                "太长:至多 {LONGEST} 字。",
                "It is too long: {LONGEST} characters at most."
            ))
        } else {
            let strange = text.contains(char::REPLACEMENT_CHARACTER);
            strange.then(|| {
                say!(
                    "有显示不出的字符(显示为 �),请删去或重打。",
                    "It holds characters that can't be shown (they stand as �); take them out or type them anew."
                )
            })
        };
        if let Some(wrong) = wrong {
            let mut problem = Problem::fields();
            problem.wrong(field, wrong);
            return Err(problem);
        }
        self.add(field, MediaType::Text, text.as_bytes().to_vec())
    }

    /// A text where there is one.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn optional(&mut self, field: &str, text: &str) -> Result<Option<Note>, Problem> {
        match text.trim() {
            "" => Ok(None),
            text => self.text(field, text).map(Some),
        }
    }

    /// Any content.
    ///
    /// # Errors
    /// A [`Problem`] of this field, when it is too large or not what it says it is.
    pub fn add(
        &mut self,
        field: &str,
        media: MediaType,
        content: Vec<u8>,
    ) -> Result<Note, Problem> {
        let item = Item::new(media, content, &Limits::default()).map_err(|error| {
            let mut problem = Problem::fields();
            problem.wrong(
                field,
                say!("不能收:{error}。", "It can't be taken: {error}."),
            );
            problem
        })?;
        let note = Note {
            item: ItemId(item.id.0),
            digest: Digest(item.digest().0),
        };
        self.items.push(item);
        Ok(note)
    }
}

/// Does what may wait for a disk or a network, without keeping other requests of this thread waiting.
pub fn blocking<T>(read: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    let many = Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if many {
        tokio::task::block_in_place(read)
    } else {
        read()
    }
}

/// How many texts are kept at hand.
const KEPT: usize = 20_000;

/// Texts read lately. What is erased by this server is forgotten at once ([`Texts::forget`]); everything is after so many
/// others.
#[derive(Debug, Default)]
pub struct Texts {
    kept: Mutex<HashMap<ItemId, Option<Arc<str>>>>,
}

impl Texts {
    /// A text; none where it has been erased or isn't a text.
    pub fn get(&self, host: &Host, id: ItemId) -> Option<Arc<str>> {
        if let Some(found) = self.lock().get(&id) {
            return found.clone();
        }
        let item = match blocking(|| host.item(id)) {
            Ok(item) => item,
            Err(error) => {
                tracing::error!(%error, "an item of the vault can't be read");
                return None;
            }
        };
        let text = item.and_then(|item| String::from_utf8(item.content).ok());
        let text: Option<Arc<str>> = text.map(Arc::from);
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(id, text.clone());
        text
    }

    /// What is known of a person; nothing of someone erased.
    pub fn profile(&self, host: &Host, state: &State, person: &PersonId) -> Option<Profile> {
        let note = state.organisation.person(person)?.profile?;
        let text = self.get(host, note.item)?;
        serde_json::from_str(&text).ok()
    }

    /// Forgets everything, after an erasure.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ItemId, Option<Arc<str>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
