//! A dossier.

use serde::{Deserialize, Serialize};

use super::{Champ, DossierNumber, PersonneMorale, SourceError, response};
use crate::Timestamp;

/// The state of a dossier; drafts are never given (facts/ds-api.md, section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DossierState {
    /// Deposited, the usager may still change it.
    EnConstruction,
    /// Being examined.
    EnInstruction,
    /// Accepted.
    Accepte,
    /// Refused.
    Refuse,
    /// Closed without a decision.
    SansSuite,
}

impl DossierState {
    /// Every state, in the order of a dossier's life.
    pub const ALL: [Self; 5] = [Self::EnConstruction, Self::EnInstruction, Self::Accepte, Self::Refuse, Self::SansSuite];
}

/// Who asks: the beneficiary, not the account that deposited.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "__typename")]
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
        #[serde(default)]
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
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Email {
    email: String,
}

/// A label that a dossier bears.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DossierLabel {
    /// Kept when the label is renamed.
    #[serde(default)]
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// The groupe of a dossier; what of it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Groupe {
    pub number: Option<i64>,
    label: Option<Box<str>>,
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
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    #[serde(default)]
    pub date_passage_en_construction: Option<Timestamp>,
    /// When it became en instruction.
    #[serde(default)]
    pub date_passage_en_instruction: Option<Timestamp>,
    /// When it was decided.
    #[serde(default)]
    pub date_traitement: Option<Timestamp>,
    /// When DS will delete it.
    #[serde(default)]
    pub date_expiration: Option<Timestamp>,
    /// When anything in it last changed; labels excepted (facts/ds-api.md, section 4.3).
    pub date_derniere_modification: Timestamp,
    /// The reason given with the decision.
    #[serde(default)]
    pub motivation: Option<String>,
    /// Whether somebody deposited it for the demandeur.
    #[serde(default)]
    pub depose_par_un_tiers: Option<bool>,
    /// The given name of that somebody.
    #[serde(default)]
    pub prenom_mandataire: Option<String>,
    /// The family name of that somebody.
    #[serde(default)]
    pub nom_mandataire: Option<String>,
    /// Who asks.
    pub demandeur: Demandeur,
    usager: Option<Email>,
    #[serde(default)]
    groupe_instructeur: Option<Groupe>,
    #[serde(default)]
    instructeurs: Option<Vec<Email>>,
    #[serde(default)]
    labels: Vec<DossierLabel>,
    /// The visible fields: those hidden by a condition are absent. None when not asked for.
    #[serde(default)]
    pub champs: Option<Vec<Champ>>,
    /// The annotations privées. None when not asked for.
    #[serde(default)]
    pub annotations: Option<Vec<Champ>>,
}

impl Dossier {
    /// Reads the answer of `getDossier`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::dossier(body)
    }

    /// The account that deposited.
    pub fn usager_email(&self) -> Option<&str> {
        self.usager.as_ref().map(|usager| usager.email.as_str())
    }

    /// The name of its groupe instructeur.
    pub fn groupe_instructeur(&self) -> Option<&str> {
        self.groupe_instructeur.as_ref().and_then(|groupe| groupe.label.as_deref())
    }

    /// The addresses of the instructeurs who follow it; none when not asked for.
    pub fn instructeurs(&self) -> Option<impl Iterator<Item = &str>> {
        self.instructeurs.as_ref().map(|instructeurs| instructeurs.iter().map(|instructeur| instructeur.email.as_str()))
    }

    /// The names of its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| &*label.name)
    }

    /// What filters look at.
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            state: self.state,
            archived: self.archived,
            date_depot: self.date_depot,
            groupe: self.groupe_instructeur.as_ref().and_then(|groupe| groupe.number),
            labels: &self.labels,
        }
    }
}
