//! A dossier.

use serde::{Deserialize, Serialize};

use super::{Avis, Champ, DossierNumber, Instructeur, Message, PersonneMorale, SourceError, Traitement, exchange::Email, response};
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
struct Named {
    name: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Labelled {
    label: String,
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
    groupe_instructeur: Option<Labelled>,
    /// The instructeurs who follow it. None when not asked for.
    #[serde(default)]
    pub instructeurs: Option<Vec<Instructeur>>,
    #[serde(default)]
    labels: Vec<Named>,
    /// The visible fields: those hidden by a condition are absent. None when not asked for.
    #[serde(default)]
    pub champs: Option<Vec<Champ>>,
    /// The annotations privées. None when not asked for.
    #[serde(default)]
    pub annotations: Option<Vec<Champ>>,
    /// The avis asked of experts. None when not asked for.
    #[serde(default)]
    pub avis: Option<Vec<Avis>>,
    /// The messages. None when not asked for.
    #[serde(default)]
    pub messages: Option<Vec<Message>>,
    /// The steps of the examination. None when not asked for.
    #[serde(default)]
    pub traitements: Option<Vec<Traitement>>,
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
        self.groupe_instructeur.as_ref().map(|groupe| groupe.label.as_str())
    }

    /// Its champs, then its annotations.
    pub fn all_champs(&self) -> impl Iterator<Item = &Champ> {
        self.champs.iter().chain(&self.annotations).flatten()
    }

    /// The names of its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }
}
