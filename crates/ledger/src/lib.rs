//! The append-only log: sealed entries in order, a Merkle tree over salted commitments to them, signed checkpoints, and the
//! vault beside it for whatever must be erasable.
//!
//! What an entry says is not known here: a body is bytes. The tree is public and tells nothing; a body and its salt are
//! opened only to those entitled, and whoever is shown both can check them against the tree (RFC 6962, C2SP tlog-tiles).
//!
//! Nothing here decides anything, and nothing here is asynchronous.

pub mod backup;
pub mod canonical;
pub mod checkpoint;
pub mod disclose;
pub mod export;
pub mod faulty;
pub mod hash;
pub mod key;
pub mod location;
pub mod note;
pub mod postgres;
pub mod seal;
pub mod sequence;
pub mod sqlite;
pub mod stats;
pub mod store;
pub mod tile;
pub mod tree;
pub mod vault;
pub mod verify;

pub use checkpoint::{Checkpoint, Keys};
pub use hash::Hash;
pub use key::{Signer, VerifierKey};
pub use location::Location;
pub use postgres::PostgresStore;
pub use seal::{Salt, Sealed};
pub use sqlite::SqliteStore;
pub use store::{Batch, Claim, ItemId, Lease, Result, Store, StoreError, StoredItem};
