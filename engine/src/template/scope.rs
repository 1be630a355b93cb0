//! Which dossiers a template follows. Groupes and labels have ids of their own in each démarche: by their names, another
//! one knows them too.

use serde::Serialize;

use super::likeness::folded;
use crate::{
    Day,
    ds::{Demarche, DossierState},
    json::{FromJson, Json, Malformed},
    mapping::Scope,
    sorted::SortedSet,
};

/// A groupe instructeur, as it was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedGroupe {
    /// Its number.
    pub number: i64,
    /// Its name; empty when the démarche no longer had it.
    pub name: String,
}

/// A label, as it was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedLabel {
    /// Its id.
    pub id: Box<str>,
    /// Its name; empty when the démarche no longer had it.
    pub name: String,
}

/// Which dossiers a template follows: see [`Scope`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TemplateScope {
    /// In one of these states.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub states: SortedSet<DossierState>,
    /// Deposited on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Deposited on this day or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Of one of these groupes instructeurs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groupes: Vec<NamedGroupe>,
    /// With one of these labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<NamedLabel>,
    /// The archived ones alone, or the others alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

impl FromJson for NamedGroupe {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { number: json.read("number")?, name: json.read("name")? })
    }
}

impl FromJson for NamedLabel {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, name: json.read("name")? })
    }
}

impl FromJson for TemplateScope {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            states: json.read_or_default("states")?,
            from: json.read("from")?,
            until: json.read("until")?,
            groupes: json.read_or_default("groupes")?,
            labels: json.read_or_default("labels")?,
            archived: json.read("archived")?,
        })
    }
}

impl TemplateScope {
    /// Gives the groupes and labels of a scope the names that they have in its démarche.
    pub fn of(scope: &Scope, demarche: &Demarche) -> Self {
        let mut named = Self { states: scope.states.clone(), from: scope.from, until: scope.until, archived: scope.archived, ..Self::default() };
        for &number in &scope.groupes {
            let groupe = demarche.groupe_instructeurs.iter().find(|groupe| groupe.number == number);
            named.groupes.push(NamedGroupe { number, name: groupe.map(|groupe| groupe.label.clone()).unwrap_or_default() });
        }
        for id in &scope.labels {
            let label = demarche.labels.iter().find(|label| label.id == *id);
            named.labels.push(NamedLabel { id: id.clone(), name: label.map(|label| label.name.clone()).unwrap_or_default() });
        }
        named
    }

    /// Whether it lets every dossier through.
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// The same filters without their names, for the démarche that they were made for.
    pub(super) fn here(&self) -> Scope {
        Scope {
            states: self.states.clone(),
            from: self.from,
            until: self.until,
            groupes: self.groupes.iter().map(|groupe| groupe.number).collect(),
            labels: self.labels.iter().map(|label| label.id.clone()).collect(),
            archived: self.archived,
        }
    }

    /// The same filters in another démarche. Second and third, the names of the groupes and labels that it does not have.
    pub(super) fn there(&self, demarche: &Demarche) -> (Scope, Vec<String>, Vec<String>) {
        let mut scope = Scope { states: self.states.clone(), from: self.from, until: self.until, archived: self.archived, ..Scope::default() };
        let (mut lost_groupes, mut lost_labels) = (Vec::new(), Vec::new());
        let is_same = |name: &str, other: &str| !name.is_empty() && folded(name) == folded(other);
        for groupe in &self.groupes {
            let is_it = |other: &&crate::ds::GroupeInstructeur| other.number == groupe.number || is_same(&groupe.name, &other.label);
            match demarche.groupe_instructeurs.iter().find(is_it) {
                Some(found) => _ = scope.groupes.insert(found.number),
                None => lost_groupes.push(groupe.name.clone()),
            }
        }
        for label in &self.labels {
            let is_it = |other: &&crate::ds::Label| other.id == label.id || is_same(&label.name, &other.name);
            match demarche.labels.iter().find(is_it) {
                Some(found) => _ = scope.labels.insert(found.id.clone()),
                None => lost_labels.push(label.name.clone()),
            }
        }
        (scope, lost_groupes, lost_labels)
    }
}
