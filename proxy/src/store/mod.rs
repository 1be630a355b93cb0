//! What outlives the server: teams, their documents, sealed tokens, invitations. SQLite in one file, or PostgreSQL, by the
//! same queries.

mod audit;
mod error;
mod invitations;
mod teams;
mod templates;
mod tokens;

use std::{borrow::Cow, fs::OpenOptions, io::ErrorKind, path::Path, time::Duration};

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use sqlx::{
    Any, AnyPool, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Transaction,
    any::AnyPoolOptions,
    migrate::{Migration, MigrationType, Migrator},
};

pub(crate) use audit::{AuditLine, AuditPlace};
pub(crate) use error::StoreError;
pub(crate) use invitations::{Invitation, NewInvitation};
pub(crate) use teams::{NewDocument, StoredTeam};
pub(crate) use templates::{NewVersion, Sharing, StoredTemplate, StoredVersion, Visibility};
pub(crate) use tokens::{Checked, NewToken, Rights, Seal, StoredToken};

use crate::config::DatabaseConfiguration;

/// How long a request waits for the database before it is told that there is none.
const PATIENCE: Duration = Duration::from_secs(3);

/// Connections to PostgreSQL. SQLite has one writer at a time anyway.
const CONNECTIONS: u32 = 8;

/// For each connection to SQLite: readers beside the writer, a writer waits for another, and what is written is there after
/// a crash of Relais (of the machine: but for the last moment).
const SQLITE: &str =
    "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 3000; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

/// For each connection to PostgreSQL: what is locked, or slow, is given up rather than waited for.
const POSTGRES: &str = "SET lock_timeout = '3s'; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'";

/// The changes of the tables, in order. One that has been released is never edited.
const MIGRATIONS: [(i64, &str, &str); 6] = [
    (1, "teams", include_str!("migrations/1_teams.sql")),
    (2, "audit", include_str!("migrations/2_audit.sql")),
    (3, "templates", include_str!("migrations/3_templates.sql")),
    (4, "uses", include_str!("migrations/4_uses.sql")),
    (5, "refused", include_str!("migrations/5_refused.sql")),
    (6, "openings", include_str!("migrations/6_openings.sql")),
];

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    begin: &'static str,
}

impl Store {
    /// Opens the database, creates its file when there is none, and brings its tables up to date.
    pub(crate) async fn open(configuration: &DatabaseConfiguration) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let is_sqlite = !matches!(configuration, DatabaseConfiguration::Postgres(_));
        let address = match configuration {
            DatabaseConfiguration::Memory => Cow::Borrowed("sqlite::memory:"),
            DatabaseConfiguration::File(path) => {
                create(path).with_context(|| format!("la base {} ne peut pas être créée", path.display()))?;
                Cow::Owned(sqlite_address(path)?)
            }
            DatabaseConfiguration::Postgres(address) => Cow::Borrowed(address.expose_secret()),
        };
        let mut options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        if matches!(configuration, DatabaseConfiguration::Memory) {
            // What is in memory is its connection's.
            options = options.min_connections(1).max_connections(1).idle_timeout(None).max_lifetime(None);
        }
        let settings = if is_sqlite { SQLITE } else { POSTGRES };
        // SQLite ends by itself a transaction for which there is no room; the driver believes it open, and would begin no other.
        options = options.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
        options = options.after_connect(move |connection, _| Box::pin(async move { connection.execute(settings).await.map(drop) }));
        // Not the error itself: it may quote the address, and its password.
        let pool =
            options.connect(&address).await.map_err(|error| anyhow::anyhow!("la base de données ne s’ouvre pas ({})", error::describe(&error)))?;
        let store = Self { pool, begin: if is_sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" } };
        migrator().run(&store.pool).await.context("les tables de la base de données ne peuvent pas être mises à jour")?;
        Ok(store)
    }

    /// Opens a copy as it is, without bringing its tables up to date.
    pub(crate) async fn open_copy(path: &Path) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new().max_connections(1).connect(&format!("{}?mode=ro", sqlite_address(path)?)).await;
        Ok(Self { pool: pool.map_err(|error| anyhow::anyhow!("la copie ne s’ouvre pas ({})", error::describe(&error)))?, begin: "BEGIN" })
    }

    /// Says whether a file is a whole copy of a database of ours.
    pub(crate) async fn check_copy(path: &Path) -> anyhow::Result<()> {
        let copy = Self::open_copy(path).await?;
        let check = sqlx::query("PRAGMA integrity_check").fetch_one(&copy.pool).await;
        let is_whole = check.and_then(|row| row.try_get::<String, _>(0)).is_ok_and(|answer| answer == "ok");
        let is_ours = sqlx::query("SELECT version FROM _sqlx_migrations").fetch_all(&copy.pool).await.is_ok_and(|rows| !rows.is_empty());
        anyhow::ensure!(is_whole && is_ours, "le fichier {} n’est pas une copie entière d’une base de Relais", path.display());
        Ok(())
    }

    /// Writes a whole copy of a SQLite database to a file that is not there yet.
    pub(crate) async fn copy_to(&self, path: &Path) -> anyhow::Result<()> {
        create_new(path).with_context(|| format!("le fichier {} ne peut pas être créé", path.display()))?;
        let target = path.to_str().context("le chemin n’est pas de l’Unicode")?;
        sqlx::query("VACUUM INTO $1")
            .bind(target)
            .execute(&self.pool)
            .await
            .map_err(|error| anyhow::anyhow!("la copie a échoué ({})", error::describe(&error)))?;
        Ok(())
    }

    /// Does something to every connection there may be.
    #[cfg(test)]
    pub(crate) async fn execute(&self, statement: &'static str) -> Result<(), StoreError> {
        let mut all = Vec::new();
        for _ in 0..self.pool.options().get_max_connections() {
            let mut connection = self.pool.acquire().await?;
            connection.execute(statement).await?;
            all.push(connection);
        }
        Ok(())
    }

    /// Several changes, all or none.
    async fn begin(&self) -> Result<Transaction<'_, Any>, StoreError> {
        Ok(self.pool.begin_with(self.begin).await?)
    }
}

fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.map(migration).into())
}

fn sqlite_address(path: &Path) -> anyhow::Result<String> {
    let path = path.to_str().context("le chemin de la base n’est pas de l’Unicode")?;
    // As an address has it: a path may hold what an address gives a meaning to.
    let escaped: String = path
        .bytes()
        .map(|byte| match byte {
            b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    Ok(format!("sqlite://{escaped}"))
}

/// Creates the file of a database, for its owner only, unless it is there. SQLite gives its other files the same mode.
fn create(path: &Path) -> std::io::Result<()> {
    match create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

fn create_new(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
