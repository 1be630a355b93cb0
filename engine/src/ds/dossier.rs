//! A dossier.

use super::{Avis, Champ, DossierNumber, Instructeur, Message, PersonneMorale, SourceError, Traitement, response};
use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed},
    naming::names,
};

names! {
    /// The state of a dossier, in the order of its life; drafts are never given (facts/ds-api.md, section 4.4).
    DossierState {
        /// Deposited, the usager may still change it.
        EnConstruction = "en_construction",
        /// Being examined.
        EnInstruction = "en_instruction",
        /// Accepted.
        Accepte = "accepte",
        /// Refused.
        Refuse = "refuse",
        /// Closed without a decision.
        SansSuite = "sans_suite",
    }
}

/// Who asks: the beneficiary, not the account that deposited.
#[derive(Clone, Debug, PartialEq)]
pub enum Demandeur {
    /// A person.
    PersonnePhysique {
        /// `M` or `Mme`.
        civilite: Option<String>,
        /// Family name.
        nom: String,
        /// Given name.
        prenom: String,
        /// When the dossier was deposited for somebody else.
        email: Option<String>,
    },
    /// A company, association or administration.
    PersonneMorale(Box<PersonneMorale>),
    /// The same while INSEE's service was down: the SIRET alone is known.
    PersonneMoraleIncomplete {
        /// 14 digits.
        siret: String,
    },
    /// A kind that this version does not know.
    Unknown,
}

impl FromJson for Demandeur {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(match json.get("__typename").as_text() {
            Some("PersonnePhysique") => Self::PersonnePhysique {
                civilite: json.read("civilite")?,
                nom: json.read("nom")?,
                prenom: json.read("prenom")?,
                email: json.read("email")?,
            },
            Some("PersonneMorale") => Self::PersonneMorale(Box::from_json(json)?),
            Some("PersonneMoraleIncomplete") => Self::PersonneMoraleIncomplete { siret: json.read("siret")? },
            _ => Self::Unknown,
        })
    }
}

/// A label that a dossier bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierLabel {
    /// Kept when the label is renamed.
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

impl FromJson for DossierLabel {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read_or_default("id")?, name: json.read("name")? })
    }
}

/// What filters look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its state.
    pub state: DossierState,
    /// Whether it is archived.
    pub archived: bool,
    /// When it was deposited.
    pub date_depot: Timestamp,
    /// The number of its groupe instructeur.
    pub groupe: Option<i64>,
    /// Its labels.
    pub labels: &'a [DossierLabel],
}

/// A dossier, with the parts that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// The key.
    pub number: DossierNumber,
    /// Its state.
    pub state: DossierState,
    /// Whether it is archived.
    pub archived: bool,
    /// When it was deposited.
    pub date_depot: Timestamp,
    /// When it became en construction.
    pub date_passage_en_construction: Option<Timestamp>,
    /// When it became en instruction.
    pub date_passage_en_instruction: Option<Timestamp>,
    /// When it was decided.
    pub date_traitement: Option<Timestamp>,
    /// When DS will delete it.
    pub date_expiration: Option<Timestamp>,
    /// When anything in it last changed; labels excepted (facts/ds-api.md, section 4.3).
    pub date_derniere_modification: Timestamp,
    /// The reason given with the decision.
    pub motivation: Option<String>,
    /// Whether somebody deposited it for the demandeur.
    pub depose_par_un_tiers: Option<bool>,
    /// The given name of that somebody.
    pub prenom_mandataire: Option<String>,
    /// The family name of that somebody.
    pub nom_mandataire: Option<String>,
    /// Who asks.
    pub demandeur: Demandeur,
    /// The account that deposited.
    pub usager_email: Option<String>,
    /// The name of its groupe instructeur.
    pub groupe_instructeur: Option<String>,
    /// The number of its groupe instructeur.
    pub groupe: Option<i64>,
    /// The instructeurs who follow it. None when not asked for.
    pub instructeurs: Option<Vec<Instructeur>>,
    /// Its labels.
    pub labels: Vec<DossierLabel>,
    /// The visible fields: those hidden by a condition are absent. None when not asked for.
    pub champs: Option<Vec<Champ>>,
    /// The annotations privées. None when not asked for.
    pub annotations: Option<Vec<Champ>>,
    /// The avis asked of experts. None when not asked for.
    pub avis: Option<Vec<Avis>>,
    /// The messages. None when not asked for.
    pub messages: Option<Vec<Message>>,
    /// The steps of the examination. None when not asked for.
    pub traitements: Option<Vec<Traitement>>,
}

impl FromJson for Dossier {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            number: json.read("number")?,
            state: json.read("state")?,
            archived: json.read("archived")?,
            date_depot: json.read("dateDepot")?,
            date_passage_en_construction: json.read("datePassageEnConstruction")?,
            date_passage_en_instruction: json.read("datePassageEnInstruction")?,
            date_traitement: json.read("dateTraitement")?,
            date_expiration: json.read("dateExpiration")?,
            date_derniere_modification: json.read("dateDerniereModification")?,
            motivation: json.read("motivation")?,
            depose_par_un_tiers: json.read("deposeParUnTiers")?,
            prenom_mandataire: json.read("prenomMandataire")?,
            nom_mandataire: json.read("nomMandataire")?,
            demandeur: json.read("demandeur")?,
            usager_email: json.get("usager").read("email")?,
            groupe_instructeur: json.get("groupeInstructeur").read("label")?,
            groupe: json.get("groupeInstructeur").read("number")?,
            instructeurs: json.read("instructeurs")?,
            labels: json.read_or_default("labels")?,
            champs: json.read("champs")?,
            annotations: json.read("annotations")?,
            avis: json.read("avis")?,
            messages: json.read("messages")?,
            traitements: json.read("traitements")?,
        })
    }
}

impl Dossier {
    /// Reads the answer of `getDossier`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::dossier(body)
    }

    /// Its champs, then its annotations.
    pub fn all_champs(&self) -> impl Iterator<Item = &Champ> {
        self.champs.iter().chain(&self.annotations).flatten()
    }

    /// What filters look at.
    pub fn standing(&self) -> Standing<'_> {
        Standing { state: self.state, archived: self.archived, date_depot: self.date_depot, groupe: self.groupe, labels: &self.labels }
    }
}
