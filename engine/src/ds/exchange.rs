//! What passes between people about a dossier: avis, messages, the steps of the examination.

use super::{RowId, champ::File};
use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed},
};

/// An instructeur who follows a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instructeur {
    /// Of the person, whatever the dossier.
    pub id: RowId,
    /// Their account.
    pub email: String,
}

impl FromJson for Instructeur {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, email: json.read("email")? })
    }
}

/// An opinion asked of an expert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avis {
    /// The key.
    pub id: RowId,
    /// What is asked.
    pub question: String,
    /// A question to be answered by yes or no.
    pub question_label: Option<String>,
    /// Its answer.
    pub question_answer: Option<bool>,
    /// What the expert wrote.
    pub reponse: Option<String>,
    /// When it was asked.
    pub date_question: Timestamp,
    /// When it was answered.
    pub date_reponse: Option<Timestamp>,
    /// Who asks.
    pub claimant: Option<String>,
    /// Who is asked.
    pub expert: Option<String>,
    /// The files that came with it.
    pub attachments: Vec<File>,
}

impl FromJson for Avis {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            question: json.read("question")?,
            question_label: json.read("questionLabel")?,
            question_answer: json.read("questionAnswer")?,
            reponse: json.read("reponse")?,
            date_question: json.read("dateQuestion")?,
            date_reponse: json.read("dateReponse")?,
            claimant: json.get("claimant").read("email")?,
            expert: json.get("expert").read("email")?,
            attachments: json.read_or_default("attachments")?,
        })
    }
}

/// What an instructeur asked the usager to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// `incomplete`, `incorrect`, `outdated`.
    pub reason: Box<str>,
    /// When the usager did.
    pub date_resolution: Option<Timestamp>,
}

impl FromJson for Correction {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { reason: json.read("reason")?, date_resolution: json.read("dateResolution")? })
    }
}

/// A message between usager and instructeurs.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub discarded_at: Option<Timestamp>,
    /// What it asks to correct.
    pub correction: Option<Correction>,
    /// The files that came with it.
    pub attachments: Vec<File>,
}

impl FromJson for Message {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            email: json.read("email")?,
            body: json.read("body")?,
            created_at: json.read("createdAt")?,
            discarded_at: json.read("discardedAt")?,
            correction: json.read("correction")?,
            attachments: json.read_or_default("attachments")?,
        })
    }
}

/// A step of the examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traitement {
    /// The key.
    pub id: RowId,
    /// `depose`, `passe_en_instruction`, `accepte`…
    pub event: Box<str>,
    /// When.
    pub date_traitement: Timestamp,
    /// Who did it; none for the usager and for what happens by itself.
    pub email_agent_traitant: Option<String>,
    /// The reason given with it.
    pub motivation: Option<String>,
}

impl FromJson for Traitement {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            event: json.read("event")?,
            date_traitement: json.read("dateTraitement")?,
            email_agent_traitant: json.read("emailAgentTraitant")?,
            motivation: json.read("motivation")?,
        })
    }
}
