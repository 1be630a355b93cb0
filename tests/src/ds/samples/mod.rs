//! The démarches of the sample and the dossiers filed with them.

pub mod answers;
pub mod bench;
pub mod bodies;
pub mod complete;
pub mod everyday;
pub mod generate;
pub mod places;
pub mod words;

use super::clock::global_id;
use super::schema::people::Service;
use super::vocabulary::{LabelColor, TypeOrganisme};
use super::world::demarche::{Groupe, Label};

/// A démarche with every kind of field, long and odd labels, conditions, several groupes and both kinds of applicants.
pub const COMPLETE: i32 = 120_001;
/// A small one, as most are: a grant for associations, filed by natural persons.
pub const EVERYDAY: i32 = 120_002;
/// 56 fields and a répétition: what speed is measured on.
pub const BENCH: i32 = 120_003;
/// One that the sample's token may not read: a clone of [`EVERYDAY`] by another département.
pub const NEIGHBOUR: i32 = 120_004;
/// One that it may read: another clone of [`EVERYDAY`], in which nothing has the same id.
pub const SIBLING: i32 = 120_005;

/// The service behind the démarches.
fn service(departement: &str) -> Service {
    Service {
        departement: Some(departement.to_owned()),
        id: global_id("Service", 31).into(),
        nom: "Bureau de la vie associative".to_owned(),
        organisme: "Préfecture".to_owned(),
        siret: None,
        type_organisme: TypeOrganisme::ServiceDeconcentreDeLEtat,
    }
}

/// Groupes numbered from there, each with two instructeurs.
fn groupes(first: i32, names: &[&str]) -> Vec<Groupe> {
    (first..)
        .zip(names)
        .map(|(number, name)| {
            let member = u64::from(number.unsigned_abs()) * 2;
            Groupe {
                number,
                label: (*name).to_owned(),
                closed: false,
                instructeurs: vec![generate::instructeur(member), generate::instructeur(member + 1)],
            }
        })
        .collect()
}

/// Labels numbered from there.
fn labels(first: u32, names: &[(&str, LabelColor)]) -> Vec<Label> {
    (first..).zip(names).map(|(id, (name, color))| Label { id, name: (*name).to_owned(), color: *color }).collect()
}
