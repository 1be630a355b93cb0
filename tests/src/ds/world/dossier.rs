//! A dossier: what is cheap to know of it, who it is about, and what it holds.

use std::sync::Arc;

use super::demarche::Demarche;
use super::value::{Attachment, Values};
use crate::ds::clock::Instant;
use crate::ds::samples::generate;
use crate::ds::schema::people::{Demandeur, Profile};
use crate::ds::vocabulary::{ConnectionUsager, CorrectionReason, DossierState};

/// What filters and orders look at: drawn for each dossier of a list, so kept small.
#[derive(Copy, Clone, Debug)]
pub struct Facts {
    /// Its number.
    pub number: i32,
    /// Where its examination stands.
    pub state: DossierState,
    /// When it was filed: the order of lists.
    pub filed: Instant,
    /// When anything of it last changed: the order of lists that ask for changes.
    pub updated: Instant,
    /// When its examination began.
    pub examined: Option<Instant>,
    /// When it was decided.
    pub decided: Option<Instant>,
    /// When a champ last changed.
    pub champs_changed: Instant,
    /// When an annotation last changed.
    pub annotations_changed: Instant,
    /// The number of its groupe.
    pub groupe: i32,
    /// Whether it was put away.
    pub archived: bool,
}

/// Who a dossier is about, and what instructeurs noted on its cover.
#[derive(Clone, Debug)]
pub struct Cover {
    /// Who applies.
    pub demandeur: Demandeur,
    /// The account that filed it.
    pub usager: Profile,
    /// How that account signs in.
    pub connection: ConnectionUsager,
    /// First name and name of who filed it for someone else.
    pub mandataire: Option<(String, String)>,
    /// Whether it began as a prefilled one.
    pub prefilled: bool,
    /// The ids of its labels.
    pub labels: Vec<u32>,
    /// The instructeurs who follow it.
    pub followers: Vec<Profile>,
    /// Why it was decided so.
    pub motivation: Option<String>,
}

/// A message between the applicant and the instructeurs.
#[derive(Clone, Debug)]
pub struct Message {
    /// The number within its global id.
    pub id: u64,
    /// Who wrote it.
    pub email: String,
    /// What it says, in HTML.
    pub body: String,
    /// When it was sent.
    pub created: Instant,
    /// What was asked of the applicant, and when it was done.
    pub correction: Option<(CorrectionReason, Option<Instant>)>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
}

/// An opinion asked of an expert.
#[derive(Clone, Debug)]
pub struct Avis {
    /// The number within its global id.
    pub id: u64,
    /// What was asked.
    pub question: String,
    /// When.
    pub asked: Instant,
    /// By whom.
    pub claimant: Profile,
    /// Of whom.
    pub expert: Profile,
    /// A question to be answered by yes or no, and its answer.
    pub yes_no: Option<(String, Option<bool>)>,
    /// What was answered, and when.
    pub answer: Option<(String, Instant)>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
}

/// What a dossier holds.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What the applicant filled.
    pub champs: Values,
    /// What the instructeurs filled.
    pub annotations: Values,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// Opinions, oldest first.
    pub avis: Vec<Avis>,
}

/// Where the content of a dossier comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Drawn when asked for, from the démarche as it was at the start.
    Generated {
        /// That démarche.
        original: Arc<Demarche>,
        /// The sample's seed.
        seed: u64,
        /// Its place among the démarche's dossiers.
        index: u32,
    },
    /// Kept, because something of it was changed or it was made by hand.
    Kept(Arc<Content>),
}

/// A dossier.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// What filters and orders look at.
    pub facts: Facts,
    /// Who it is about.
    pub cover: Cover,
    /// Where its content comes from.
    pub source: Source,
}

impl Dossier {
    /// What it holds.
    pub fn content(&self) -> Arc<Content> {
        match &self.source {
            Source::Kept(content) => Arc::clone(content),
            Source::Generated { original, seed, index } => Arc::new(generate::content(original, *seed, *index)),
        }
    }

    /// What it holds, to change it: from now on it is kept.
    pub fn content_mut(&mut self) -> &mut Content {
        let content = self.content();
        self.source = Source::Kept(content);
        match &mut self.source {
            Source::Kept(content) => Arc::make_mut(content),
            Source::Generated { .. } => unreachable!("just replaced"),
        }
    }
}
