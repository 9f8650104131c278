//! Whose items lie in the vault, and their erasure.
//!
//! The items themselves are in the ledger's vault; the state knows only their ids, so that everything about a person can be
//! erased with one command. Entries stay as they are: they never held more than ids and digests.

use std::collections::{BTreeMap, BTreeSet};

use rulebook::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refusal::{Code, Refusal};
use crate::state::Context;
use crate::{Entry, Inconsistent, ItemId, Note, PersonId, State, checks};

/// So many items can be erased with one command, beside all those of a person.
const ITEMS_AT_ONCE: usize = 1_000;

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "person-unknown",
        "没有登记过这个人",
        "the person was never registered",
    ),
    (
        "too-many",
        "一次太多",
        "more is asked at once than is taken",
    ),
    (
        "nothing-to-erase",
        "没有可以清除的内容",
        "there is nothing to erase",
    ),
];

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Erase everything in the vault that is about a person or was written by them.
    ErasePerson {
        /// Who.
        person: PersonId,
        /// On what ground.
        reason: Option<Note>,
    },
    /// Erase items, such as a comment that names someone.
    EraseItems {
        /// Which.
        items: Vec<ItemId>,
        /// On what ground.
        reason: Option<Note>,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Items were erased.
    #[serde(rename = "erased/1")]
    Erased {
        /// The person they were about, if that was the reason.
        person: Option<PersonId>,
        /// Which.
        items: Vec<ItemId>,
        /// On what ground.
        reason: Option<Note>,
    },
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        let Self::Erased { reason, .. } = self;
        out.extend(reason);
    }
}

impl Entry {
    /// The items of the vault that are to be erased together with it.
    #[must_use]
    pub fn erases(&self) -> &[ItemId] {
        match &self.event {
            crate::Event::Vault(Event::Erased { items, .. }) => items,
            _ => &[],
        }
    }
}

/// Whose items lie in the vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    of: BTreeMap<PersonId, Vec<ItemId>>,
}

impl Index {
    /// Remembers that an item is about a person, or was written by them.
    pub(crate) fn note(&mut self, person: &PersonId, item: ItemId) {
        match self.of.get_mut(person) {
            Some(items) => items.push(item),
            None => {
                self.of.insert(person.clone(), vec![item]);
            }
        }
    }

    /// The items about a person or written by them, oldest first.
    #[must_use]
    pub fn of(&self, person: &PersonId) -> &[ItemId] {
        self.of.get(person).map(Vec::as_slice).unwrap_or_default()
    }
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    _context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let (person, items, reason) = match action {
        Action::ErasePerson { person, reason } => {
            if state.organisation.person(person).is_none() {
                return Err(unknown(person));
            }
            (
                Some(person.clone()),
                state.vault.of(person).to_vec(),
                *reason,
            )
        }
        Action::EraseItems { items, reason } => {
            checks::at_most(items.len(), ITEMS_AT_ONCE, ("内容", "items"))?;
            (None, items.clone(), *reason)
        }
    };
    if items.is_empty() {
        return Err(Refusal::new(
            "nothing-to-erase",
            say!("没有可以清除的内容。", "There is nothing to erase."),
            say!("不用再做什么。", "Nothing more need be done."),
        ));
    }
    let erased = Event::Erased {
        person,
        items,
        reason,
    };
    Ok(vec![crate::Event::Vault(erased)])
}

fn unknown(person: &PersonId) -> Refusal {
    Refusal::new(
        "person-unknown",
        say!("没有登记过 {person}。", "{person} was never registered."),
        say!("核对人员的标识。", "Check the person's id."),
    )
}

pub(crate) fn evolve(state: &mut State, event: &Event, _entry: &Entry) -> Result<(), Inconsistent> {
    let Event::Erased { person, items, .. } = event;
    if let Some(person) = person {
        state.vault.of.remove(person);
        state.organisation.forget_profile(person);
    } else {
        let items: BTreeSet<&ItemId> = items.iter().collect();
        for of in state.vault.of.values_mut() {
            of.retain(|item| !items.contains(item));
        }
    }
    Ok(())
}
