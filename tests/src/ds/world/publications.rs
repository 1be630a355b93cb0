//! What may happen to a démarche: new versions of its form, labels, groupes, its state.

use std::sync::Arc;

use super::demarche::{Demarche, Label, Revision};
use super::form::{self, Descriptor, Fields, Kind};
use super::store::{NoSuch, Store};
use crate::ds::vocabulary::{DemarcheState, LabelColor};

impl Store {
    /// Publishes a new version of the form. Open dossiers follow it without being dated; decided ones keep theirs.
    /// Returns the id of the version.
    pub fn publish(&self, demarche: i32, change: impl FnOnce(&mut Revision)) -> Result<u32, NoSuch> {
        let mut world = self.write();
        let at = world.tick();
        let holding = world.holding(demarche)?;
        let demarche = Arc::make_mut(&mut holding.demarche);
        let mut revision = demarche.active_revision().clone();
        revision.id += 1;
        revision.published = at;
        change(&mut revision);
        let id = revision.id;
        demarche.revisions.push(revision);
        demarche.updated = at;
        Ok(id)
    }

    /// Publishes a version where a field has another label.
    pub fn rename_field(&self, demarche: i32, field: u32, label: &str) -> Result<(), NoSuch> {
        self.change_field(demarche, field, |descriptor| {
            label.clone_into(&mut descriptor.label);
        })
    }

    /// Publishes a version where a field has another type. What was answered before no longer suits it.
    pub fn retype_field(&self, demarche: i32, field: u32, kind: Kind) -> Result<(), NoSuch> {
        self.change_field(demarche, field, |descriptor| descriptor.kind = kind)
    }

    /// Publishes a version where a choice has other options.
    pub fn set_options(&self, demarche: i32, field: u32, options: &[&str]) -> Result<(), NoSuch> {
        self.change_field(demarche, field, |descriptor| {
            descriptor.options(options);
        })
    }

    /// Publishes a version with one more field at its end, and returns its stable id.
    pub fn add_field(&self, demarche: i32, kind: Kind, label: &str) -> Result<u32, NoSuch> {
        fn highest(fields: &[Arc<Descriptor>]) -> u32 {
            fields.iter().map(|field| field.id.max(highest(&field.children))).max().unwrap_or(0)
        }
        let mut id = 0;
        let known = self.demarche(demarche).ok_or(NoSuch::Demarche(demarche))?;
        self.publish(demarche, |revision| {
            // Past every id ever given, so that a removed field's is not given again.
            let last = known.revisions.iter().flat_map(|old| [highest(&old.champs), highest(&old.annotations)]).max();
            id = last.unwrap_or(0) + 1;
            revision.champs.push(Arc::new(Descriptor::new(id, kind, label)));
        })?;
        Ok(id)
    }

    /// Publishes a version without a field.
    pub fn remove_field(&self, demarche: i32, field: u32) -> Result<(), NoSuch> {
        fn without(fields: &mut Fields, id: u32) {
            fields.retain(|field| field.id != id);
            for field in fields {
                without(&mut Arc::make_mut(field).children, id);
            }
        }
        self.require_field(demarche, field)?;
        self.publish(demarche, |revision| {
            without(&mut revision.champs, field);
            without(&mut revision.annotations, field);
        })?;
        Ok(())
    }

    /// Adds a label to a démarche, and returns its id.
    pub fn add_label(&self, demarche: i32, name: &str, color: LabelColor) -> Result<u32, NoSuch> {
        let mut id = 0;
        self.change_demarche(demarche, |demarche| {
            id = demarche.labels.iter().map(|label| label.id).max().unwrap_or(0) + 1;
            demarche.labels.push(Label { id, name: name.to_owned(), color });
        })?;
        Ok(id)
    }

    /// Renames a label. No dossier is dated.
    pub fn rename_label(&self, demarche: i32, label: u32, name: &str) -> Result<(), NoSuch> {
        self.change_label(demarche, label, |label| name.clone_into(&mut label.name))
    }

    /// Gives a label another colour. No dossier is dated.
    pub fn recolour_label(&self, demarche: i32, label: u32, color: LabelColor) -> Result<(), NoSuch> {
        self.change_label(demarche, label, |label| label.color = color)
    }

    fn change_label(&self, demarche: i32, label: u32, change: impl FnOnce(&mut Label)) -> Result<(), NoSuch> {
        let mut found = Err(NoSuch::Label(label));
        self.change_demarche(demarche, |demarche| {
            if let Some(known) = demarche.labels.iter_mut().find(|known| known.id == label) {
                found = Ok(());
                change(known);
            }
        })?;
        found
    }

    /// Opens or closes a démarche.
    pub fn set_demarche_state(&self, demarche: i32, state: DemarcheState) -> Result<(), NoSuch> {
        self.change_demarche(demarche, |demarche| demarche.state = state)
    }

    fn change_demarche(&self, demarche: i32, change: impl FnOnce(&mut Demarche)) -> Result<(), NoSuch> {
        let mut world = self.write();
        let at = world.tick();
        let demarche = Arc::make_mut(&mut world.holding(demarche)?.demarche);
        change(demarche);
        demarche.updated = at;
        Ok(())
    }

    fn change_field(&self, demarche: i32, field: u32, change: impl FnOnce(&mut Descriptor)) -> Result<(), NoSuch> {
        self.require_field(demarche, field)?;
        self.publish(demarche, |revision| {
            let champ = form::find_mut(&mut revision.champs, field);
            if let Some(descriptor) = champ.or_else(|| form::find_mut(&mut revision.annotations, field)) {
                change(descriptor);
            }
        })?;
        Ok(())
    }

    fn require_field(&self, demarche: i32, field: u32) -> Result<(), NoSuch> {
        let known = self.demarche(demarche).ok_or(NoSuch::Demarche(demarche))?;
        let revision = known.active_revision();
        let found = form::find(&revision.champs, field).or_else(|| form::find(&revision.annotations, field));
        found.map(|_| ()).ok_or(NoSuch::Field(field))
    }
}
