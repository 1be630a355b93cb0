//! Where the fields of a form stand: in which section, and in which bloc répétable.

use super::KnownField;
use crate::{
    ds::{ChampDescriptor, ChampType, DescriptorId, Revision},
    words,
};

/// A field of a form, at its place.
pub(crate) struct Placed<'a> {
    pub(crate) descriptor: &'a ChampDescriptor,
    /// The title of the section it stands in; that of its bloc, when it stands in one.
    pub(crate) section: &'a str,
    /// The bloc répétable it stands in.
    pub(crate) bloc: Option<&'a DescriptorId>,
}

impl Placed<'_> {
    /// What a mapping notes of it.
    pub(crate) fn known(&self) -> KnownField {
        KnownField { label: self.descriptor.label.clone(), champ_type: self.descriptor.champ_type.clone(), section: self.section.to_owned() }
    }
}

/// Every field of a form, in its order; titles of section are none.
pub(crate) fn placed(revision: &Revision) -> Vec<Placed<'_>> {
    let mut placed = Vec::new();
    let parts = [(&revision.champ_descriptors, words::FIRST_SECTION), (&revision.annotation_descriptors, words::ANNOTATIONS_SECTION)];
    for (descriptors, untitled) in parts {
        let mut section = untitled;
        for descriptor in descriptors {
            if descriptor.champ_type == ChampType::HeaderSection {
                section = descriptor.label.trim();
                continue;
            }
            placed.push(Placed { descriptor, section, bloc: None });
            for inner in &descriptor.champ_descriptors {
                placed.push(Placed { descriptor: inner, section: descriptor.label.trim(), bloc: Some(&descriptor.id) });
            }
        }
    }
    placed
}
