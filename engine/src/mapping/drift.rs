//! Drift: how a form has changed since it was mapped.

use super::Mapping;
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
    /// Compares a mapping with the form in force. `known` says which fields the form had when it was last looked at:
    /// those are not new even when they were not mapped.
    pub fn between(mapping: &Mapping, revision: &Revision, known: impl Fn(&DescriptorId) -> bool) -> Self {
        let mut changes = Vec::new();
        for descriptor in revision.all_descriptors() {
            if matches!(descriptor.champ_type, ChampType::HeaderSection | ChampType::Explication) {
                continue;
            }
            let Some(field) = mapping.fields.get(&descriptor.id) else {
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
        let present: std::collections::HashSet<&DescriptorId> = revision.all_descriptors().map(|descriptor| &descriptor.id).collect();
        changes.extend(
            mapping
                .fields
                .iter()
                .filter(|(id, _)| !present.contains(id))
                .map(|(id, field)| Change::Removed { descriptor: id.clone(), label: field.label.clone() }),
        );
        Self { changes }
    }
}
