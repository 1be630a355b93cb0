//! Where teams, tokens and templates are kept.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::Settings;

/// The file of a server that is told nothing else.
const DEFAULT_FILE: &str = "relais.db";

/// Where the state is kept.
///
/// - `RELAIS_DATABASE_URL` (or `RELAIS_DATABASE_URL_FILE`): `sqlite:relais.db` by default, created at the first start for its
///   owner only; `postgres://…` for several replicas.
#[derive(Clone, Debug, Default)]
pub enum DatabaseConfiguration {
    /// Nowhere: what is written is forgotten when the server ends.
    #[default]
    Memory,
    /// In a file of SQLite.
    File(PathBuf),
    /// In PostgreSQL. Its address holds a password.
    Postgres(SecretString),
}

impl DatabaseConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let Some(url) = settings.address_with_password("RELAIS_DATABASE_URL") else { return Self::File(DEFAULT_FILE.into()) };
        let text = url.expose_secret();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Self::Postgres(url);
        }
        match text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some(path) if !path.is_empty() && !path.contains('?') && path != ":memory:" => Self::File(path.into()),
            _ => {
                settings.mistake("RELAIS_DATABASE_URL", "donnez sqlite: suivi du chemin d’un fichier, ou l’adresse postgres:// d’une base");
                Self::Memory
            }
        }
    }

    /// The file, when it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory | Self::Postgres(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read(url: &str) -> Result<DatabaseConfiguration, super::super::Mistakes> {
        let mut settings = Settings::new("", [("RELAIS_DATABASE_URL".to_owned(), url.to_owned())]);
        let configuration = DatabaseConfiguration::read(&mut settings);
        settings.finish().map(|()| configuration)
    }

    #[test]
    fn a_file_or_a_base_is_named_by_its_address() {
        let file = |url: &str| read(url).unwrap().file().unwrap().to_str().unwrap().to_owned();
        assert_eq!(file(""), "relais.db");
        assert_eq!(file("sqlite:state.db"), "state.db");
        assert_eq!(file("sqlite:///var/lib/relais/state.db"), "/var/lib/relais/state.db");
        let base = read("postgres://relais:sample-password@127.0.0.1/relais").unwrap();
        assert!(matches!(base, DatabaseConfiguration::Postgres(_)));
        assert!(!format!("{base:?}").contains("sample-password"));
        for refused in ["relais.db", "sqlite:", "sqlite::memory:", "sqlite:a.db?mode=ro", "mysql://127.0.0.1/relais"] {
            assert!(read(refused).is_err(), "{refused}");
        }
    }
}
