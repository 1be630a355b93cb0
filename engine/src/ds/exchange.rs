//! What passes between people about a dossier: avis, messages, the steps of the examination.

use serde::Deserialize;

use super::{RowId, champ::File};
use crate::Timestamp;

/// Somebody, by the address of their account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Email {
    pub(super) email: String,
}

/// An instructeur who follows a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Instructeur {
    /// Of the person, whatever the dossier.
    pub id: RowId,
    /// Their account.
    pub email: String,
}

/// An opinion asked of an expert.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Avis {
    /// The key.
    pub id: RowId,
    /// What is asked.
    pub question: String,
    /// A question to be answered by yes or no.
    #[serde(default)]
    pub question_label: Option<String>,
    /// Its answer.
    #[serde(default)]
    pub question_answer: Option<bool>,
    /// What the expert wrote.
    #[serde(default)]
    pub reponse: Option<String>,
    /// When it was asked.
    pub date_question: Timestamp,
    /// When it was answered.
    #[serde(default)]
    pub date_reponse: Option<Timestamp>,
    #[serde(default)]
    claimant: Option<Email>,
    #[serde(default)]
    expert: Option<Email>,
    /// The files that came with it.
    #[serde(default)]
    pub attachments: Vec<File>,
}

impl Avis {
    /// Who asks.
    pub fn claimant(&self) -> Option<&str> {
        self.claimant.as_ref().map(|person| person.email.as_str())
    }

    /// Who is asked.
    pub fn expert(&self) -> Option<&str> {
        self.expert.as_ref().map(|person| person.email.as_str())
    }
}

/// What an instructeur asked the usager to correct.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Correction {
    /// `incomplete`, `incorrect`, `outdated`.
    pub reason: Box<str>,
    /// When the usager did.
    #[serde(default)]
    pub date_resolution: Option<Timestamp>,
}

/// A message between usager and instructeurs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The key.
    pub id: RowId,
    /// Who wrote it.
    pub email: String,
    /// HTML.
    pub body: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its author took it back: then it says nothing.
    #[serde(default)]
    pub discarded_at: Option<Timestamp>,
    /// What it asks to correct.
    #[serde(default)]
    pub correction: Option<Correction>,
    /// The files that came with it.
    #[serde(default)]
    pub attachments: Vec<File>,
}

/// A step of the examination.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Traitement {
    /// The key.
    pub id: RowId,
    /// `depose`, `passe_en_instruction`, `accepte`…
    pub event: Box<str>,
    /// When.
    pub date_traitement: Timestamp,
    /// Who did it; none for the usager and for what happens by itself.
    #[serde(default)]
    pub email_agent_traitant: Option<String>,
    /// The reason given with it.
    #[serde(default)]
    pub motivation: Option<String>,
}
