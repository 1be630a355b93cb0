//! The configuration: small structs, each with its own settings, read from `relais.toml` and the environment or built in code.

mod address;
mod audit;
mod database;
mod ds;
mod enrolment;
mod file_host;
mod grist;
mod limits;
mod secret;
mod server;
mod settings;
mod team;

use std::path::PathBuf;

pub use address::{DocumentAddress, DocumentId, DsUrl, GristOrigin, InvalidAddress, Network};
pub use audit::AuditConfiguration;
pub use database::DatabaseConfiguration;
pub use ds::DsConfiguration;
pub use enrolment::Enrolment;
pub(crate) use file_host::FileAddress;
pub use file_host::FileHost;
pub use grist::GristConfiguration;
pub use limits::LimitsConfiguration;
pub use secret::{SecretConfiguration, SecretError};
pub use server::ServerConfiguration;
pub use settings::{Mistake, Mistakes, Settings};
pub use team::TeamConfiguration;

/// Every setting with its default and its explanation: what `relais default-config` prints.
pub const DEFAULT_FILE: &str = include_str!("../../relais.default.toml");

/// Where the widget's files come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WidgetSource {
    /// Those that were built with this binary.
    #[default]
    Embedded,
    /// Those of a directory, read once at start.
    Directory(PathBuf),
}

/// All that a server needs to know.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Where it listens.
    pub server: ServerConfiguration,
    /// Which Grist it serves.
    pub grist: GristConfiguration,
    /// Which DS it calls.
    pub ds: DsConfiguration,
    /// How it signs and seals.
    pub secret: SecretConfiguration,
    /// Where it keeps what teams make.
    pub database: DatabaseConfiguration,
    /// Whether teams are made from the widget.
    pub enrolment: Enrolment,
    /// The teams that the operator declares; with none, and without enrolment, nobody is served.
    pub teams: Vec<TeamConfiguration>,
    /// How long is remembered who read what.
    pub audit: AuditConfiguration,
    /// How much one may ask.
    pub limits: LimitsConfiguration,
    /// Where the widget's files come from.
    pub widget: WidgetSource,
}

impl Configuration {
    /// From settings. Every mistake is named, not only the first.
    pub fn read(mut settings: Settings) -> Result<Self, Mistakes> {
        let configuration = Self::gather(&mut settings);
        settings.finish().map(|()| configuration)
    }

    fn gather(settings: &mut Settings) -> Self {
        let grist = GristConfiguration::read(settings);
        let database = DatabaseConfiguration::read(settings);
        let enrolment = Enrolment::read(settings);
        let is_shared = matches!(database, DatabaseConfiguration::Postgres(_));
        Self {
            server: ServerConfiguration::read(settings),
            ds: DsConfiguration::read(settings),
            secret: SecretConfiguration::read(settings, is_shared),
            teams: TeamConfiguration::read(settings, &grist.origins, enrolment),
            database,
            enrolment,
            audit: AuditConfiguration::read(settings),
            limits: LimitsConfiguration::read(settings),
            widget: WidgetSource::Embedded,
            grist,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// The settings of the default file, as if somebody had uncommented them all.
    fn uncommented() -> String {
        let setting = |line: &&str| line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()));
        DEFAULT_FILE.lines().filter(setting).map(|line| line.trim_start_matches('#')).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_default_file_names_every_setting_and_no_other() {
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "sample-token").unwrap();
        let database = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(database.path(), "postgres://relais:sample-password@127.0.0.1/relais").unwrap();
        let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
        let environment = [("RELAIS_DS_TOKEN_FILE".to_owned(), path(&token)), ("RELAIS_DATABASE_URL_FILE".to_owned(), path(&database))];
        let configuration = Configuration::read(Settings::new(&uncommented(), environment)).unwrap();
        assert_eq!(configuration.teams.first().unwrap().documents.len(), 1);
        assert!(configuration.secret.is_required, "replicas on PostgreSQL share it");
        assert!(!format!("{configuration:?}").contains("sample-"));
        let names: Vec<String> = uncommented().lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect();
        let mut asked = Settings::default();
        let _ = Configuration::gather(&mut asked);
        let missing: Vec<&String> = asked.asked().filter(|name| !names.contains(name) && !["ds_token", "teams"].contains(&name.as_str())).collect();
        assert!(missing.is_empty(), "not in relais.default.toml: {missing:?}");
    }

    #[test]
    fn what_nobody_has_opened_is_closed() {
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "sample-token").unwrap();
        let file = format!(
            "grist_origins = ['https://grist.exemple.fr']\nteam = 'A'\nds_token_file = '{}'\ndemarches = [1]\ndocuments = ['https://grist.exemple.fr/sbaEqgyLXuNT']",
            token.path().display()
        );
        let configuration = Configuration::read(Settings::new(&file, [])).unwrap();
        assert_eq!(configuration.enrolment, Enrolment::Closed);
        let server = configuration.server;
        assert!(server.listen.ip().is_loopback() && server.metrics_listen.is_none() && server.front_servers.is_empty());
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mistakes = Configuration::read(Settings::new(
            "listen = 'here'\nds_token_expires = '01/03/2027'\ndocuments = ['*']\nds_file_hosts = ['10.0.0.1']\nfile_bytes = 0\ngrist_origins = ['http://grist.exemple.fr']",
            [],
        ))
        .unwrap_err();
        insta::assert_snapshot!(mistakes, @r#"
        RELAIS_GRIST_ORIGINS : « http://grist.exemple.fr » : l’adresse doit commencer par https:// (http:// n’est accepté que vers la machine elle-même)
        RELAIS_LISTEN : donnez une adresse IP et un port, comme 127.0.0.1:8080
        RELAIS_DS_FILE_HOSTS : « 10.0.0.1 » : donnez un nom d’hôte : une adresse IP n’est acceptée que de la machine elle-même
        RELAIS_DS_TOKEN_EXPIRES : « 01/03/2027 » : donnez un jour, comme 2027-03-01
        RELAIS_DOCUMENTS : « * » : donnez l’adresse du document, telle que le navigateur l’affiche
        RELAIS_TEAM : donnez le nom de l’équipe, ou ouvrez la création d’équipes avec RELAIS_ENROLMENT
        RELAIS_DS_TOKEN_FILE : donnez le fichier qui contient le jeton Démarches Simplifiées de l’équipe
        RELAIS_DEMARCHES : donnez le numéro d’au moins une démarche
        RELAIS_FILE_BYTES : donnez un nombre entier, au moins 1
        "#);
    }

    #[test]
    fn a_document_of_a_grist_that_is_not_served_is_a_mistake() {
        let file = "grist_origins = ['https://grist.exemple.fr']\nteam = 'A'\ndemarches = [1]\ndocuments = ['https://autre.exemple.fr/sbaEqgyLXuNT']";
        let environment = [("RELAIS_DS_TOKEN".to_owned(), "two words".to_owned())];
        insta::assert_snapshot!(Configuration::read(Settings::new(file, environment)).unwrap_err(), @r#"
        RELAIS_DOCUMENTS : https://autre.exemple.fr n’est pas dans RELAIS_GRIST_ORIGINS
        RELAIS_DS_TOKEN_FILE : le jeton contient des caractères impossibles : il tient sur une ligne, sans espace
        "#);
    }

    #[test]
    fn more_teams_are_declared_in_tables() {
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "sample-token").unwrap();
        let path = token.path().display();
        let file = format!(
            "grist_origins = ['https://grist.exemple.fr']
            [[teams]]
            name = 'Préfecture de l’Ain'
            ds_token_file = '{path}'
            demarches = [131016]
            documents = ['https://grist.exemple.fr/sbaEqgyLXuNT']
            [[teams]]
            name = 'Préfecture du Rhône'
            ds_token_file = '{path}'
            ds_token_expires = '2027-03-01'
            demarches = [1, 2]
            documents = ['https://grist.exemple.fr/doc/otherDocument']"
        );
        let teams = Configuration::read(Settings::new(&file, [])).unwrap().teams;
        assert_eq!(
            teams.iter().map(|team| (team.name.as_str(), team.demarches.len())).collect::<Vec<_>>(),
            [("Préfecture de l’Ain", 1), ("Préfecture du Rhône", 2)]
        );
        let wrong = file
            .replace("du Rhône", "de l’Ain")
            .replace("otherDocument", "sbaEqgyLXuNT")
            .replace("[1, 2]", "['x']")
            .replace("ds_token_expires", "expires");
        insta::assert_snapshot!(Configuration::read(Settings::new(&wrong, [])).unwrap_err(), @r#"
        teams[2].demarches : « x » n’est pas un numéro de démarche
        teams[2].expires : ce réglage de relais.toml n’existe pas
        RELAIS_TEAMS : deux équipes s’appellent « Préfecture de l’Ain »
        RELAIS_TEAMS : un document de https://grist.exemple.fr est dans deux équipes : « Préfecture de l’Ain » et « Préfecture de l’Ain »
        "#);
        assert!(Configuration::read(Settings::new("teams = 'Ain'", [])).unwrap_err().to_string().contains("[[teams]]"));
    }
}
