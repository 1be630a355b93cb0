//! A démarche: its form over time, its groupes, its labels.

use super::dossier::Facts;
use super::form::Fields;
use crate::ds::clock::Instant;
use crate::ds::schema::people::{Profile, Service};
use crate::ds::vocabulary::{DemarcheState, LabelColor};

/// Who may apply.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Applicants {
    /// Natural persons.
    People,
    /// Establishments.
    Bodies,
    /// Both, as after a démarche changed its setting.
    Both,
}

/// A label that instructeurs put on dossiers.
#[derive(Clone, Debug)]
pub struct Label {
    /// The number within its global id.
    pub id: u32,
    /// At most 30 characters.
    pub name: String,
    /// Its colour.
    pub color: LabelColor,
}

/// A group of instructeurs.
#[derive(Clone, Debug)]
pub struct Groupe {
    /// Its number.
    pub number: i32,
    /// Its name.
    pub label: String,
    /// Whether it takes no more dossiers.
    pub closed: bool,
    /// Its members.
    pub instructeurs: Vec<Profile>,
}

/// A version of the form.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The number within its global id.
    pub id: u32,
    /// When it was published.
    pub published: Instant,
    /// What the applicant fills.
    pub champs: Fields,
    /// What the instructeurs fill.
    pub annotations: Fields,
}

/// A démarche.
#[derive(Clone, Debug)]
pub struct Demarche {
    /// Its number.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whether it is open.
    pub state: DemarcheState,
    /// Who may apply.
    pub applicants: Applicants,
    /// When it was made.
    pub created: Instant,
    /// When it last changed.
    pub updated: Instant,
    /// Who answers for it.
    pub service: Service,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Its groupes; the first is the default one.
    pub groupes: Vec<Groupe>,
    /// The versions of its form, oldest first; never empty.
    pub revisions: Vec<Revision>,
    /// The number of its first dossier.
    pub first_dossier: i32,
}

impl Demarche {
    /// The present version of the form.
    pub fn active_revision(&self) -> &Revision {
        self.revisions.last().unwrap_or_else(|| unreachable!("a démarche has a revision"))
    }

    /// The version a dossier is shown with: the present one, which open dossiers follow, or the one of the decision.
    pub fn revision_of(&self, facts: &Facts) -> &Revision {
        let Some(decided) = facts.decided.filter(|_| facts.state.is_decided()) else {
            return self.active_revision();
        };
        let known = self.revisions.iter().rev().find(|revision| revision.published <= decided);
        known.or(self.revisions.first()).unwrap_or_else(|| self.active_revision())
    }

    /// A groupe by its number.
    pub fn groupe(&self, number: i32) -> Option<&Groupe> {
        self.groupes.iter().find(|groupe| groupe.number == number)
    }

    /// The groupe for new dossiers.
    pub fn default_groupe(&self) -> &Groupe {
        self.groupes.first().unwrap_or_else(|| unreachable!("a démarche has a groupe"))
    }
}
