//! The key of the vault: 32 random bytes in a file that only its owner can read, or wherever the caller keeps it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::Hash;

/// A key of the vault. It is never printed, and overwritten when it is dropped.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// Which key: the first 8 bytes of a hash of it. Nothing can be opened with that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; 8]);

impl Key {
    /// A new key from the system's random bytes.
    ///
    /// # Errors
    /// [`KeyError::Random`] when there are none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut key = Self([0; 32]);
        getrandom::fill(&mut key.0).map_err(KeyError::Random)?;
        Ok(key)
    }

    /// A key written as 64 hexadecimal digits, as in an environment variable.
    ///
    /// # Errors
    /// [`KeyError::Form`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut key = Self([0; 32]);
        hex::decode_to_slice(text.trim(), &mut key.0).map_err(|_| KeyError::Form)?;
        Ok(key)
    }

    /// Reads a key from a file: 64 hexadecimal digits, or 32 bytes as they are.
    ///
    /// # Errors
    /// [`KeyError::Exposed`] for a file that others can read (on Unix); [`KeyError::Form`] for one that holds no key;
    /// [`KeyError::Io`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        check_private(&file, path)?;
        let mut bytes = Vec::with_capacity(128);
        file.take(128).read_to_end(&mut bytes).map_err(io)?;
        match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Self::from_hex(std::str::from_utf8(&bytes).map_err(|_| KeyError::Form)?),
        }
    }

    /// Writes the key to a new file that only its owner can read. Keep a copy apart from the ledger: without the key the vault
    /// can't be opened.
    ///
    /// # Errors
    /// [`KeyError::Io`], also when there is such a file: a key is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let io = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(io)?;
        writeln!(file, "{}", hex::encode(self.0))
            .and_then(|()| file.sync_all())
            .map_err(io)
    }

    /// Which key this is.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let [a, b, c, d, e, f, g, h, ..] = Hash::of(&[b"merit vault key", &self.0]).0;
        KeyId([a, b, c, d, e, f, g, h])
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, …)", self.id())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|source| KeyError::Io {
        path: path.to_owned(),
        source,
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyError::Exposed {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn check_private(_file: &File, _path: &Path) -> Result<(), KeyError> {
    Ok(())
}

/// Why there is no key. No part of what was read is in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The file can't be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Others than its owner can use the file.
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What was given is no key.
    Form,
    /// The system gives no random bytes.
    Random(getrandom::Error),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, .. } => write!(f, "the key file {} can't be used", path.display()),
            Self::Exposed { path, mode } => write!(
                f,
                "the key file {path} has the permissions {mode:03o}, so that others can use it: chmod 600 {path}",
                path = path.display()
            ),
            Self::Form => f.write_str("a key is 64 hexadecimal digits, or a file of 32 bytes"),
            Self::Random(_) => f.write_str("the system gives no random bytes"),
        }
    }
}

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Random(source) => Some(source),
            Self::Exposed { .. } | Self::Form => None,
        }
    }
}
