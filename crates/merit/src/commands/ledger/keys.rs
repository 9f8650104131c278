//! `merit ledger keys new`: a signing key and a key of the vault, in files for their owner alone.

use std::fs;
use std::io::Write;
use std::path::Path;

use ledger::Signer;
use ledger::vault::key::Key;
use rulebook::{Say, say};

use super::words;
use crate::args::ledger::Keys;
use crate::failure::Failure;
use crate::output::save;
use crate::terminal;

/// The signing key.
const SIGNING: &str = "signing.key";
/// The public key to it.
const PUBLIC: &str = "signing.pub";
/// The vault's key.
const VAULT: &str = "vault.key";

/// Makes new keys and prints the public one.
pub fn run(command: &Keys) -> Result<(), Failure> {
    let Keys::New { dir, name } = command;
    let signer = Signer::generate(name).map_err(|error| {
        let Say { zh, en } = words::key(error);
        Failure::Usage(say!("“{name}”:{zh}", "“{name}”: {en}"))
    })?;
    let vault = Key::generate().map_err(|error| words::vault_key(&error))?;
    if let Some(path) = [SIGNING, PUBLIC, VAULT]
        .map(|file| dir.join(file))
        .into_iter()
        .find(|path| path.exists())
    {
        let path = path.display();
        return Err(Failure::Usage(say!(
            "{path} 已经存在,密钥从不覆盖;换一个文件夹",
            "{path} exists, and a key is never overwritten; choose another folder"
        )));
    }
    fs::create_dir_all(dir).map_err(|error| Failure::write(dir, &error))?;
    let public = format!("{}\n", signer.verifier());
    write_secret(&dir.join(SIGNING), &signer.to_private_text())?;
    vault
        .write_new(&dir.join(VAULT))
        .map_err(|error| words::vault_key(&error))?;
    save::whole(&dir.join(PUBLIC), public.as_bytes())?;
    terminal::note(&say!(
        "下面是公钥,请公开;{SIGNING} 和 {VAULT} 另存一份,和账本分开放",
        "this is the public key, for everybody; keep copies of {SIGNING} and {VAULT} apart from the ledger"
    ));
    terminal::print(&public)
}

/// Writes a secret into a new file for its owner alone.
pub fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    save::new_private(path)
        .and_then(|mut file| {
            writeln!(file, "{text}")?;
            file.sync_all()
        })
        .map_err(|error| Failure::write(path, &error))
}
