//! The teams that an operator declares.

use relais_engine::{Day, ds::DemarcheNumber};
use secrecy::SecretString;

use super::{DocumentAddress, Enrolment, GristOrigin, Mistake, Mistakes, Settings};

/// A team: people who share documents, démarches and the DS token that reads them.
///
/// - `RELAIS_TEAM`: its name, shown to agents.
/// - `RELAIS_DS_TOKEN_FILE`: the file that holds its DS token (or `RELAIS_DS_TOKEN`, in the environment only).
/// - `RELAIS_DS_TOKEN_EXPIRES`: its last day, such as `2027-03-01`, as DS showed it when it was made: DS's API does not tell.
/// - `RELAIS_DEMARCHES`: the numbers of the démarches that its documents may read.
/// - `RELAIS_DOCUMENTS`: the addresses of its Grist documents, as browsers show them. There is no wildcard.
///
/// `relais.toml` may declare more of them, each in a table `[[teams]]` with the keys `name`, `ds_token_file`,
/// `ds_token_expires`, `demarches` and `documents`.
#[derive(Clone, Debug)]
pub struct TeamConfiguration {
    /// Shown to agents.
    pub name: String,
    /// Read-only, limited to the démarches below, as far as its owner could make it so.
    pub ds_token: SecretString,
    /// Its last day, when the operator gave it.
    pub token_expires: Option<Day>,
    /// What its documents may read. Nothing else is asked of DS, whatever the token allows.
    pub demarches: Vec<DemarcheNumber>,
    /// Who may read it: the editors of these documents.
    pub documents: Vec<DocumentAddress>,
}

/// The tables of more teams.
const TABLES: &str = "RELAIS_TEAMS";

impl TeamConfiguration {
    /// The team of the settings, if there is one, and those of the tables.
    pub(super) fn read(settings: &mut Settings, origins: &[GristOrigin], enrolment: Enrolment) -> Vec<Self> {
        let tables = settings.tables(TABLES);
        let may_be_absent = enrolment != Enrolment::Closed || !tables.is_empty();
        let mut teams: Vec<Self> = Self::read_one(settings, origins, may_be_absent).into_iter().collect();
        for (place, mut table) in tables.into_iter().enumerate() {
            if let Some(name) = table.remove("name") {
                table.insert("team".to_owned(), name);
            }
            let mut table = Settings::of_table(table);
            teams.extend(Self::read_one(&mut table, origins, false));
            for Mistake { name, message } in table.finish().err().map(|Mistakes(mistakes)| mistakes).unwrap_or_default() {
                let key = name.strip_prefix("RELAIS_").unwrap_or(&name).to_lowercase();
                settings.mistake(&format!("teams[{}].{}", place + 1, if key == "team" { "name" } else { &key }), message);
            }
        }
        check_apart(settings, &teams);
        teams
    }

    fn read_one(settings: &mut Settings, origins: &[GristOrigin], may_be_absent: bool) -> Option<Self> {
        let name = settings.text("RELAIS_TEAM");
        let ds_token = settings.secret("RELAIS_DS_TOKEN");
        let token_expires = settings.text("RELAIS_DS_TOKEN_EXPIRES").and_then(|text| {
            Day::parse(&text).map_err(|_| settings.mistake("RELAIS_DS_TOKEN_EXPIRES", format!("« {text} » : donnez un jour, comme 2027-03-01"))).ok()
        });
        let mut demarches: Vec<DemarcheNumber> = Vec::new();
        for text in settings.list("RELAIS_DEMARCHES") {
            match text.parse() {
                Ok(number) if demarches.contains(&number) => {}
                Ok(number) => demarches.push(number),
                Err(_) => settings.mistake("RELAIS_DEMARCHES", format!("« {text} » n’est pas un numéro de démarche")),
            }
        }
        let documents: Vec<DocumentAddress> = settings.parsed_list("RELAIS_DOCUMENTS");
        for document in documents.iter().filter(|document| !origins.contains(&document.origin)) {
            settings.mistake("RELAIS_DOCUMENTS", format!("{} n’est pas dans RELAIS_GRIST_ORIGINS", document.origin));
        }
        let is_declared = name.is_some() || ds_token.is_some() || !demarches.is_empty() || !documents.is_empty();
        if !is_declared && may_be_absent {
            return None;
        }
        if name.is_none() {
            settings.mistake("RELAIS_TEAM", "donnez le nom de l’équipe, ou ouvrez la création d’équipes avec RELAIS_ENROLMENT");
        }
        if ds_token.is_none() {
            settings.mistake("RELAIS_DS_TOKEN_FILE", "donnez le fichier qui contient le jeton Démarches Simplifiées de l’équipe");
        }
        if settings.list("RELAIS_DEMARCHES").is_empty() {
            settings.mistake("RELAIS_DEMARCHES", "donnez le numéro d’au moins une démarche");
        }
        if settings.list("RELAIS_DOCUMENTS").is_empty() {
            settings.mistake("RELAIS_DOCUMENTS", "donnez l’adresse d’au moins un document");
        }
        // A header cannot hold anything else; the secret itself is not shown.
        if ds_token.as_ref().is_some_and(|token| crate::ds::Token::new(token.clone()).is_err()) {
            settings.mistake("RELAIS_DS_TOKEN_FILE", "le jeton contient des caractères impossibles : il tient sur une ligne, sans espace");
        }
        Some(Self { name: name?, ds_token: ds_token?, token_expires, demarches, documents })
    }
}

/// A document belongs to one team, and teams are told apart by their names.
fn check_apart(settings: &mut Settings, teams: &[TeamConfiguration]) {
    for (place, team) in teams.iter().enumerate() {
        for other in teams.iter().skip(place + 1) {
            if other.name == team.name {
                settings.mistake(TABLES, format!("deux équipes s’appellent « {} »", team.name));
            }
            for document in other.documents.iter().filter(|document| team.documents.contains(document)) {
                settings
                    .mistake(TABLES, format!("un document de {} est dans deux équipes : « {} » et « {} »", document.origin, team.name, other.name));
            }
        }
    }
}
