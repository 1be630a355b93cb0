//! The team that an operator declares.

use relais_engine::{Day, ds::DemarcheNumber};
use secrecy::SecretString;

use super::{DocumentAddress, Enrolment, GristOrigin, Settings};

/// A team: people who share documents, démarches and the DS token that reads them.
///
/// - `RELAIS_TEAM`: its name, shown to agents.
/// - `RELAIS_DS_TOKEN_FILE`: the file that holds its DS token (or `RELAIS_DS_TOKEN`, in the environment only).
/// - `RELAIS_DS_TOKEN_EXPIRES`: its last day, such as `2027-03-01`, as DS showed it when it was made: DS's API does not tell.
/// - `RELAIS_DEMARCHES`: the numbers of the démarches that its documents may read.
/// - `RELAIS_DOCUMENTS`: the addresses of its Grist documents, as browsers show them. There is no wildcard.
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

impl TeamConfiguration {
    pub(super) fn read(settings: &mut Settings, origins: &[GristOrigin], enrolment: Enrolment) -> Option<Self> {
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
        if !is_declared && enrolment != Enrolment::Closed {
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
