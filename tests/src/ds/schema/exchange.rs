//! What passes between people about a dossier: messages, opinions, decisions.

use async_graphql::{ID, SimpleObject};

use super::column::Column;
use super::demarche::Revision;
use super::file::File;
use super::people::Profile;
use super::scalars::IsoDateTime;
use crate::ds::clock::global_id;
use crate::ds::files::Addresses;
use crate::ds::vocabulary::{CorrectionReason, DossierState, TraitementEvent};
use crate::ds::world::dossier;

/// An opinion asked of an expert.
#[derive(SimpleObject)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Avis {
    pub attachments: Vec<File>,
    pub claimant: Option<Profile>,
    pub date_question: IsoDateTime,
    pub date_reponse: Option<IsoDateTime>,
    pub expert: Option<Profile>,
    pub id: ID,
    pub question: String,
    pub question_answer: Option<bool>,
    pub question_label: Option<String>,
    pub reponse: Option<String>,
}

impl Avis {
    /// An opinion, with the addresses of its files.
    pub(super) fn new(avis: &dossier::Avis, files: &Addresses) -> Self {
        Self {
            attachments: avis.attachments.iter().map(|file| files.describe(file)).collect(),
            claimant: Some(avis.claimant.clone()),
            date_question: IsoDateTime(avis.asked),
            date_reponse: avis.answer.as_ref().map(|(_, at)| IsoDateTime(*at)),
            expert: Some(avis.expert.clone()),
            id: global_id("Avis", avis.id).into(),
            question: avis.question.clone(),
            question_answer: avis.yes_no.as_ref().and_then(|(_, answer)| *answer),
            question_label: avis.yes_no.as_ref().map(|(label, _)| label.clone()),
            reponse: avis.answer.as_ref().map(|(text, _)| text.clone()),
        }
    }
}

/// What was asked of the applicant.
#[derive(SimpleObject)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Correction {
    pub date_resolution: Option<IsoDateTime>,
    pub reason: CorrectionReason,
}

/// A message.
#[derive(SimpleObject)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Message {
    pub attachments: Vec<File>,
    pub body: String,
    pub correction: Option<Correction>,
    pub created_at: IsoDateTime,
    pub discarded_at: Option<IsoDateTime>,
    pub email: String,
    pub id: ID,
}

impl Message {
    /// A message, with the addresses of its files.
    pub(super) fn new(message: &dossier::Message, files: &Addresses) -> Self {
        let correction = |(reason, done): (CorrectionReason, Option<_>)| Correction { date_resolution: done.map(IsoDateTime), reason };
        Self {
            attachments: message.attachments.iter().map(|file| files.describe(file)).collect(),
            body: message.body.clone(),
            correction: message.correction.map(correction),
            created_at: IsoDateTime(message.created),
            discarded_at: None,
            email: message.email.clone(),
            id: global_id("Commentaire", message.id).into(),
        }
    }
}

/// A step of an examination.
#[derive(SimpleObject)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Traitement {
    pub changed_columns: Vec<Column>,
    pub date_traitement: IsoDateTime,
    pub email_agent_traitant: Option<String>,
    pub event: TraitementEvent,
    pub id: ID,
    pub motivation: Option<String>,
    pub revision: Option<Revision>,
    #[graphql(deprecation = "event")]
    pub state: DossierState,
}
