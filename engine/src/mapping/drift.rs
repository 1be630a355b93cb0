//! Drift: how a form has changed since it was mapped.

use super::{Mapping, Translation};
use crate::ds::{ChampType, DescriptorId, Revision};

/// How one field changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The form has a field that was not there, or was not mapped then.
    Added {
        /// Which.
        descriptor: DescriptorId,
        /// Its label.
        label: String,
    },
    /// A mapped field is gone: the dossiers of older revisions still have it.
    Removed {
        /// Which.
        descriptor: DescriptorId,
        /// Its label when it was mapped.
        label: String,
    },
    /// A mapped field has another label: its column stays.
    Renamed {
        /// Which.
        descriptor: DescriptorId,
        /// Its label when it was mapped.
        from: String,
        /// Its label now.
        to: String,
    },
    /// A mapped field has another type: values that do not fit its column are reported.
    Retyped {
        /// Which.
        descriptor: DescriptorId,
        /// Its label.
        label: String,
        /// Its type when it was mapped.
        from: ChampType,
        /// Its type now.
        to: ChampType,
    },
}

/// How a form has changed since it was mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// In the order of the form, then the removed ones.
    pub changes: Vec<Change>,
}

impl Drift {
    /// Compares a mapping with the form in force, of its démarche or of another of the same form. `known` says which fields
    /// the form had when it was last looked at: those are not new even when they were not mapped.
    pub fn between(mapping: &Mapping, translation: Translation<'_>, revision: &Revision, known: impl Fn(&DescriptorId) -> bool) -> Self {
        let mapped = |id: &DescriptorId| mapping.fields.iter().find(|(mapped, _)| translation.descriptor(mapped) == id).map(|(_, field)| field);
        let mut changes = Vec::new();
        for descriptor in revision.all_descriptors() {
            if matches!(descriptor.champ_type, ChampType::HeaderSection | ChampType::Explication) {
                continue;
            }
            let Some(field) = mapped(&descriptor.id) else {
                if !known(&descriptor.id) {
                    changes.push(Change::Added { descriptor: descriptor.id.clone(), label: descriptor.label.clone() });
                }
                continue;
            };
            if field.champ_type != descriptor.champ_type {
                changes.push(Change::Retyped {
                    descriptor: descriptor.id.clone(),
                    label: descriptor.label.clone(),
                    from: field.champ_type.clone(),
                    to: descriptor.champ_type.clone(),
                });
            } else if field.label != descriptor.label {
                changes.push(Change::Renamed { descriptor: descriptor.id.clone(), from: field.label.clone(), to: descriptor.label.clone() });
            }
        }
        let is_there = |id: &DescriptorId| revision.all_descriptors().any(|descriptor| descriptor.id == *id);
        changes.extend(
            mapping
                .fields
                .iter()
                .map(|(id, field)| (translation.descriptor(id), field))
                .filter(|(id, _)| !is_there(id))
                .map(|(id, field)| Change::Removed { descriptor: id.clone(), label: field.label.clone() }),
        );
        Self { changes }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        ds::Demarche,
        mapping::{Preset, Proposal},
    };

    fn demarche(champs: &Value) -> Demarche {
        let revision = json!({ "id": "R", "datePublication": null, "champDescriptors": champs, "annotationDescriptors": [] });
        let demarche = json!({ "number": 1, "title": "Aides", "state": "publiee", "activeRevision": revision });
        Demarche::read(json!({ "data": { "demarche": demarche } }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_change_of_a_form_is_told() {
        let field = |kind: &str, id: &str, label: &str| json!({ "__typename": format!("{kind}ChampDescriptor"), "id": id, "label": label });
        let before = demarche(&json!([field("Text", "a", "A"), field("Text", "b", "B"), field("Text", "c", "C"), field("Text", "d", "D")]));
        let mut proposal = Proposal::new(&before, &[]);
        proposal.apply(Preset::Everything);
        let mapping = proposal.into_mapping();
        let between = |after: &Demarche, known: &[&str]| {
            Drift::between(&mapping, Translation::default(), &after.active_revision, |id| known.contains(&id.as_str())).changes
        };
        assert_eq!(between(&before, &[]), []);
        let after = demarche(&json!([
            field("Text", "a", "A"),
            field("HeaderSection", "s", "Section"),
            field("Text", "b", "B renommé"),
            field("Date", "c", "C"),
            field("Text", "e", "E"),
            field("Text", "f", "F"),
        ]));
        let text = |text: &str| text.to_owned();
        let expected = [
            Change::Renamed { descriptor: "b".into(), from: text("B"), to: text("B renommé") },
            Change::Retyped { descriptor: "c".into(), label: text("C"), from: ChampType::Text, to: ChampType::Date },
            Change::Added { descriptor: "f".into(), label: text("F") },
            Change::Removed { descriptor: "d".into(), label: text("D") },
        ];
        assert_eq!(between(&after, &["e"]), expected, "E was there, and not wanted");
    }
}
