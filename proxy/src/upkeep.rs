//! What an operator does to the state while the server is up or down: copies of it, new keys. Said in French: these are
//! commands at a terminal.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::{
    Configuration,
    config::DatabaseConfiguration,
    store::{Store, StoreError},
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
    configuration.secret.add_key()?;
    let vault = Vault::new(configuration.secret.clone(), &configuration.secret.load()?);
    let mut count = 0;
    for (team, token) in store.all_tokens().await? {
        let owner = Owner { team: team.as_str(), token: token.id.as_str() };
        let opened = vault.open(owner, &token.sealed).with_context(|| format!("le jeton {} ne s’ouvre avec aucune clé du fichier", token.id))?;
        match store.reseal_token(&token.id, &token.sealed, &vault.seal(owner, &opened)?).await {
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
    let vault = Vault::new(configuration.secret.clone(), &configuration.secret.load()?);
    if store.all_tokens().await?.iter().any(|(_, token)| !vault.is_newest(&token.sealed)) {
        bail!("des jetons sont encore scellés avec une ancienne clé : lancez d’abord « relais rekey »");
    }
    configuration.secret.forget_old_keys()?;
    Ok(())
}

fn file(database: &DatabaseConfiguration) -> anyhow::Result<&Path> {
    database.file().context("cette commande est pour une base SQLite ; pour PostgreSQL, servez-vous de pg_dump et pg_restore")
}
