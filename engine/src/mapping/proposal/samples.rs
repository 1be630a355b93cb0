//! What recent dossiers hold: the examples of the proposal, and what it can tell from them.

use crate::{
    ds::{Champ, ChampColumn, ChampDescriptor, ChampValue, ColumnKey, DescriptorId, Dossier},
    mapping::{DossierField, Facet, LinkedField, facet, things, value::shown},
    sorted::SortedMap,
    sync::dossier_value,
};

/// How many sample values a line shows.
pub(super) const SAMPLES: usize = 3;

/// The values of recent dossiers, by field.
pub(super) struct Samples<'a> {
    pub(super) dossiers: &'a [Dossier],
    champs: SortedMap<&'a str, Vec<&'a Champ>>,
}

impl<'a> Samples<'a> {
    pub(super) fn new(dossiers: &'a [Dossier]) -> Self {
        let mut champs: SortedMap<&str, Vec<&Champ>> = SortedMap::new();
        for champ in dossiers.iter().flat_map(Dossier::all_champs) {
            champs.get_or_default(champ.descriptor.as_str()).push(champ);
            if let ChampValue::Repetition(rows) = &champ.value {
                for champ in rows.iter().flat_map(|row| &row.champs) {
                    champs.get_or_default(champ.descriptor.as_str()).push(champ);
                }
            }
        }
        Self { dossiers, champs }
    }

    pub(super) fn is_filled(&self, descriptor: &ChampDescriptor) -> bool {
        if self.dossiers.is_empty() {
            return descriptor.required;
        }
        self.champs.get(descriptor.id.as_str()).is_some_and(|champs| champs.iter().any(|champ| !champ.is_empty()))
    }

    pub(super) fn of(&self, descriptor: &DescriptorId, facet: Facet) -> Vec<String> {
        distinct(self.champs.get(descriptor.as_str()).into_iter().flatten().filter_map(|champ| {
            let value = facet::read(champ, facet).ok()?;
            Some(shown(&value).into_owned())
        }))
    }

    /// What is filled together: the fields of each dossier, and of each row of a répétition.
    pub(super) fn units(&self) -> Vec<Vec<&'a str>> {
        let filled = |champs: &mut dyn Iterator<Item = &'a Champ>| {
            champs.filter(|champ| !champ.is_empty()).map(|champ| champ.descriptor.as_str()).collect::<Vec<_>>()
        };
        let mut units = Vec::new();
        for dossier in self.dossiers {
            units.push(filled(&mut dossier.all_champs()));
            for champ in dossier.all_champs() {
                if let ChampValue::Repetition(rows) = &champ.value {
                    units.extend(rows.iter().map(|row| filled(&mut row.champs.iter())));
                }
            }
        }
        units
    }

    /// The parts that DS knows of a field beyond its own value, which it lists among them.
    pub(super) fn parts(&self, descriptor: &ChampDescriptor) -> Vec<&'a ChampColumn> {
        let mut parts: Vec<&ChampColumn> = Vec::new();
        for part in self.champs.get(descriptor.id.as_str()).into_iter().flatten().flat_map(|champ| champ.columns.iter().flatten()) {
            if part.label.trim() != descriptor.label.trim() && !parts.iter().any(|known| known.id == part.id) {
                parts.push(part);
            }
        }
        parts
    }

    pub(super) fn of_part(&self, descriptor: &DescriptorId, key: &ColumnKey) -> Vec<String> {
        let champs = self.champs.get(descriptor.as_str()).into_iter().flatten();
        distinct(champs.filter_map(|champ| Some(shown(&facet::read_part(champ, key).ok()?).into_owned())))
    }

    pub(super) fn of_linked(&self, field: LinkedField) -> Vec<String> {
        let all = self.dossiers.iter().filter_map(|dossier| things(dossier, field.table())).flatten();
        distinct(all.map(|thing| shown(&thing.read(field)).into_owned()))
    }

    pub(super) fn of_dossier(&self, field: DossierField) -> Vec<String> {
        distinct(self.dossiers.iter().filter_map(|dossier| Some(shown(&dossier_value(dossier, field, "").ok()?).into_owned())))
    }
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut samples: Vec<String> = Vec::with_capacity(SAMPLES);
    for value in values {
        if !value.is_empty() && !samples.contains(&value) {
            samples.push(value);
            if samples.len() == SAMPLES {
                break;
            }
        }
    }
    samples
}
