//! What may happen to a dossier while it is served, with what each change dates and what it does not.

use std::sync::Arc;

use time::Duration;

use super::dossier::{Avis, Content, Dossier, Facts, Message, Source};
use super::form;
use super::store::{Gone, NoSuch, Store};
use super::value::{Row, Value};
use crate::ds::clock::Instant;
use crate::ds::samples::generate;
use crate::ds::vocabulary::{DeletionReason, DossierState};

/// How long a dossier stays in the trash.
const TRASH: Duration = Duration::weeks(2);

impl Store {
    /// Changes a dossier in any way; `change` gets the instant of the change. Dates it, as most changes do.
    pub fn edit(&self, number: i32, change: impl FnOnce(&mut Dossier, Instant)) -> Result<(), NoSuch> {
        self.edit_with(number, |dossier, at| {
            change(dossier, at);
            dossier.facts.updated = at;
            Ok(())
        })
    }

    /// Fills a champ, or empties it.
    pub fn set_champ(&self, number: i32, field: u32, value: Option<Value>) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            dossier.facts.champs_changed = at;
            put(&mut dossier.content_mut().champs, field, value);
        })
    }

    /// Fills an annotation, or empties it.
    pub fn set_annotation(&self, number: i32, field: u32, value: Option<Value>) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            dossier.facts.annotations_changed = at;
            put(&mut dossier.content_mut().annotations, field, value);
        })
    }

    /// Changes the rows of a répétition among the champs: add, remove, re-order, fill.
    pub fn set_rows(&self, number: i32, field: u32, change: impl FnOnce(&mut Vec<Row>)) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            dossier.facts.champs_changed = at;
            let champs = &mut dossier.content_mut().champs;
            let value = champs.entry(field).or_insert_with(|| Value::Rows(Vec::new()));
            if !matches!(value, Value::Rows(_)) {
                *value = Value::Rows(Vec::new());
            }
            if let Value::Rows(rows) = value {
                change(rows);
            }
        })
    }

    /// Brings a dossier to a state, with the dates and the motivation that go with it.
    pub fn set_state(&self, number: i32, state: DossierState) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            let facts = &mut dossier.facts;
            facts.state = state;
            facts.examined = match state {
                DossierState::EnConstruction => None,
                _ => facts.examined.or(Some(at)),
            };
            facts.decided = state.is_decided().then_some(at);
            dossier.cover.motivation = state.is_decided().then(|| "Décision prise en commission.".to_owned());
        })
    }

    /// Gives a dossier these labels and no other. Not dated: the join table touches nothing.
    pub fn set_labels(&self, number: i32, labels: &[u32]) -> Result<(), NoSuch> {
        let (demarche, _) = self.dossier(number).ok_or(NoSuch::Dossier(number))?;
        if let Some(&unknown) = labels.iter().find(|&&id| demarche.labels.iter().all(|label| label.id != id)) {
            return Err(NoSuch::Label(unknown));
        }
        self.edit_with(number, |dossier, _| {
            dossier.cover.labels = labels.to_vec();
            Ok(())
        })
    }

    /// Moves a dossier to another groupe of its démarche.
    pub fn set_groupe(&self, number: i32, groupe: i32) -> Result<(), NoSuch> {
        let (demarche, _) = self.dossier(number).ok_or(NoSuch::Dossier(number))?;
        demarche.groupe(groupe).ok_or(NoSuch::Groupe(groupe))?;
        self.edit(number, |dossier, _| dossier.facts.groupe = groupe)
    }

    /// Puts a dossier away, or takes it out again.
    pub fn set_archived(&self, number: i32, archived: bool) -> Result<(), NoSuch> {
        self.edit(number, |dossier, _| dossier.facts.archived = archived)
    }

    /// Adds a message.
    pub fn add_message(&self, number: i32, email: &str, body: &str) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            let messages = &mut dossier.content_mut().messages;
            let id = unused(messages.iter().map(|message| message.id), number);
            let (email, body) = (email.to_owned(), body.to_owned());
            messages.push(Message { id, email, body, created: at, correction: None, attachments: Vec::new() });
        })
    }

    /// Asks an opinion.
    pub fn add_avis(&self, number: i32, question: &str) -> Result<(), NoSuch> {
        self.edit(number, |dossier, at| {
            let avis = &mut dossier.content_mut().avis;
            let id = unused(avis.iter().map(|avis| avis.id), number);
            let (claimant, expert) = (generate::instructeur(1), generate::instructeur(2));
            let question = question.to_owned();
            avis.push(Avis { id, question, asked: at, claimant, expert, yes_no: None, answer: None, attachments: Vec::new() });
        })
    }

    /// Files a new dossier, filled as the generator would, and returns its number.
    pub fn add(&self, demarche: i32, seed: u64) -> Result<i32, NoSuch> {
        self.add_filled(demarche, |demarche, number| generate::content(demarche, seed, u32::try_from(number).unwrap_or(0)))
    }

    /// Files a new, empty dossier, and returns its number.
    pub fn add_empty(&self, demarche: i32) -> Result<i32, NoSuch> {
        self.add_filled(demarche, |_, _| Content::default())
    }

    /// Puts a dossier in the trash: it is served no more, but may be restored for two weeks.
    pub fn trash(&self, number: i32, reason: DeletionReason) -> Result<(), NoSuch> {
        let mut world = self.write();
        let at = world.tick();
        let holding = world.holding_of(number)?;
        let facts = holding.facts(number).ok_or(NoSuch::Dossier(number))?;
        holding.unlist(number);
        holding.gone.insert(number, Gone { number, at, reason, state: facts.state, deleted: false });
        Ok(())
    }

    /// Takes a dossier out of the trash. It is dated: it comes back among the changed ones.
    pub fn restore(&self, number: i32) -> Result<(), NoSuch> {
        {
            let mut world = self.write();
            let holding = world.holding_of(number)?;
            if holding.gone.get(&number).is_none_or(|gone| gone.deleted) {
                return Err(NoSuch::Dossier(number));
            }
            holding.gone.remove(&number);
        }
        self.edit(number, |_, _| ())
    }

    /// Deletes a dossier for good. One that its applicant had put in the trash is dated from that day, two weeks back.
    pub fn delete(&self, number: i32, reason: DeletionReason) -> Result<(), NoSuch> {
        let mut world = self.write();
        let now = world.tick();
        let holding = world.holding_of(number)?;
        let facts = holding.facts(number).ok_or(NoSuch::Dossier(number))?;
        holding.unlist(number);
        let backdated = reason == DeletionReason::UserRequest && facts.state == DossierState::EnConstruction;
        let at = if backdated { now - TRASH } else { now };
        holding.gone.insert(number, Gone { number, at, reason, state: facts.state, deleted: true });
        Ok(())
    }

    /// The stable id of the first field with this label, among champs then annotations, in répétitions too.
    pub fn field(&self, demarche: i32, label: &str) -> Option<u32> {
        fn seek(fields: &[Arc<form::Descriptor>], label: &str) -> Option<u32> {
            let own = fields.iter().find(|field| field.label == label).map(|field| field.id);
            own.or_else(|| fields.iter().find_map(|field| seek(&field.children, label)))
        }
        let demarche = self.demarche(demarche)?;
        let revision = demarche.active_revision();
        seek(&revision.champs, label).or_else(|| seek(&revision.annotations, label))
    }

    fn add_filled(&self, demarche: i32, fill: impl FnOnce(&super::demarche::Demarche, i32) -> Content) -> Result<i32, NoSuch> {
        let mut world = self.write();
        let at = world.tick();
        let holding = world.holding(demarche)?;
        let number = holding.next;
        holding.next += 1;
        let demarche = Arc::clone(&holding.demarche);
        let facts = Facts {
            number,
            state: DossierState::EnConstruction,
            filed: at,
            updated: at,
            examined: None,
            decided: None,
            champs_changed: at,
            annotations_changed: at,
            groupe: demarche.default_groupe().number,
            archived: false,
        };
        let cover = generate::cover(&demarche, 0, u32::try_from(number).unwrap_or(0), &facts);
        let source = Source::Kept(Arc::new(fill(&demarche, number)));
        holding.keep(Dossier { facts, cover, source });
        Ok(number)
    }

    fn edit_with(&self, number: i32, change: impl FnOnce(&mut Dossier, Instant) -> Result<(), NoSuch>) -> Result<(), NoSuch> {
        let mut world = self.write();
        let at = world.tick();
        let holding = world.holding_of(number)?;
        let mut dossier = Dossier::clone(&*holding.dossier(number).ok_or(NoSuch::Dossier(number))?);
        change(&mut dossier, at)?;
        holding.keep(dossier);
        Ok(())
    }
}

/// Puts a value in, or takes it out.
fn put(values: &mut super::value::Values, field: u32, value: Option<Value>) {
    match value {
        Some(value) => values.insert(field, value),
        None => values.remove(&field),
    };
}

/// An id that none of these has.
fn unused(taken: impl Iterator<Item = u64>, number: i32) -> u64 {
    let first = u64::from(number.unsigned_abs()) * 1_000;
    taken.max().map_or(first, |last| last + 1)
}
