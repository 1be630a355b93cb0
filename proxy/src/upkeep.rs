//! What an operator does to the state while the server is up or down: copies of it, new keys. Said in French: these are
//! commands at a terminal.

use std::path::Path;

use anyhow::{Context as _, bail};

use relais_engine::Timestamp;

use crate::{
    Configuration, clock,
    config::{DatabaseConfiguration, Enrolment},
    store::{Seal, Store, StoreError},
    teams::code::InvitationCode,
    vault::{Owner, Vault},
};

/// Writes a whole copy of the database to a new file, while the server goes on.
pub async fn backup(configuration: &Configuration, target: &Path) -> anyhow::Result<()> {
    let source = file(&configuration.database)?;
    if !source.exists() {
        bail!("la base {} n’existe pas", source.display());
    }
    Store::open(&configuration.database).await?.copy_to(target).await
}

/// Puts a copy in the place of a database that is not there: nothing is overwritten. A copy that is not whole is refused.
pub async fn restore(configuration: &Configuration, copy: &Path) -> anyhow::Result<()> {
    let target = file(&configuration.database)?;
    if target.exists() {
        bail!("la base {} existe déjà : arrêtez Relais et mettez-la de côté, avec ses fichiers -wal et -shm", target.display());
    }
    if !copy.is_file() {
        bail!("le fichier {} n’existe pas", copy.display());
    }
    Store::check_copy(copy).await?;
    // The copy of a copy: what is restored stays where it is.
    Store::open_copy(copy).await?.copy_to(target).await?;
    Store::open(&configuration.database).await.map(drop)
}

/// Draws a new key and seals every token with it. The server may go on: it reads the file again when it meets a key that it
/// does not know. Stopped in the middle, it is run again. How many tokens were sealed anew is the answer.
pub async fn rekey(configuration: &Configuration) -> anyhow::Result<usize> {
    let store = Store::open(&configuration.database).await?;
    let seals = store.seals().await?;
    let vault = vault(configuration, &seals)?;
    let mut opened = Vec::with_capacity(seals.len());
    for seal in &seals {
        let token = vault.open(owner(seal), &seal.sealed);
        opened.push(token.with_context(|| {
            format!("le jeton {} ne s’ouvre avec aucune clé du fichier de secret, qui n’a pas changé : remettez celui qui l’a scellé", seal.token)
        })?);
    }
    configuration.secret.add_key()?;
    let mut count = 0;
    for (seal, token) in seals.iter().zip(&opened) {
        match store.reseal_token(&seal.token, &seal.sealed, &vault.seal(owner(seal), token)?).await {
            Ok(()) => count += 1,
            // Replaced meanwhile by an owner: the server has sealed it, maybe with the key before.
            Err(StoreError::Changed) => bail!("un jeton a été remplacé pendant l’opération : relancez la commande"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(count)
}

/// Forgets all keys but the newest, unless a token is still sealed with another.
pub async fn forget_old_keys(configuration: &Configuration) -> anyhow::Result<()> {
    let store = Store::open(&configuration.database).await?;
    let seals = store.seals().await?;
    let vault = vault(configuration, &seals)?;
    if seals.iter().any(|seal| !vault.is_newest(&seal.sealed)) {
        bail!("des jetons sont encore scellés avec une ancienne clé : lancez d’abord « relais rekey »");
    }
    configuration.secret.forget_old_keys()?;
    // Hashed with what is forgotten, most of them open nothing any more: none is shown as if it did.
    store.forget_codes().await?;
    Ok(())
}

/// Prepares a code with which an owner creates one team, and says until when it is good.
pub async fn invitation(configuration: &Configuration, days: u8) -> anyhow::Result<(String, Timestamp)> {
    if configuration.enrolment != Enrolment::Invitation {
        bail!("RELAIS_ENROLMENT n’est pas « invitation » : aucun code n’y crée d’équipe");
    }
    let (code, now) = (InvitationCode::draw(), clock::now());
    let expires_at = now.plus_seconds(i64::from(days) * 24 * 3600);
    // A code is for a server that is there: run from another folder, this would make another.
    if let Some(database) = configuration.database.file()
        && !database.exists()
    {
        bail!("la base {} n’existe pas", database.display());
    }
    let store = Store::open(&configuration.database).await?;
    let hashes = vault(configuration, &store.seals().await?)?.code_hashes(&code);
    store.add_opening(hashes.first().context("aucune clé")?, now, expires_at).await?;
    Ok((code.shown(), expires_at))
}

fn vault(configuration: &Configuration, seals: &[Seal]) -> anyhow::Result<Vault> {
    let secrets = if seals.is_empty() { configuration.secret.load()? } else { configuration.secret.load_existing()? };
    Ok(Vault::new(configuration.secret.clone(), &secrets))
}

fn owner(seal: &Seal) -> Owner<'_> {
    Owner { team: seal.team.as_str(), token: seal.token.as_str() }
}

fn file(database: &DatabaseConfiguration) -> anyhow::Result<&Path> {
    database.file().context("cette commande est pour une base SQLite ; pour PostgreSQL, servez-vous de pg_dump et pg_restore")
}
