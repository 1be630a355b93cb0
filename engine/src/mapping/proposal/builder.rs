//! Sections and lines, from the form and the samples.

use super::{
    Line, Section, SectionOrigin,
    naming::{LONGEST_TABLE_NAME, cut},
    samples::Samples,
};
use crate::{
    ds::{ChampDescriptor, ChampType, Demandeur, DescriptorId, Dossier, Revision},
    mapping::{DossierField, Field, KnownField, LinkedTable, TableKey, facet, offers},
    sorted::SortedMap,
    words,
};

pub(super) struct Builder<'a> {
    pub(super) samples: Samples<'a>,
    pub(super) fields: SortedMap<DescriptorId, KnownField>,
    pub(super) sections: Vec<Section>,
    pub(super) tables: Vec<(TableKey, String)>,
}

impl Builder<'_> {
    /// What every dossier has. Who asks is a person, an organisation, or both when samples do not tell.
    pub(super) fn dossier(&mut self) {
        let samples: &[Dossier] = self.samples.dossiers;
        let persons = samples.iter().any(|dossier| matches!(dossier.demandeur, Demandeur::PersonnePhysique { .. }));
        let organisations =
            samples.iter().any(|dossier| matches!(dossier.demandeur, Demandeur::PersonneMorale(_) | Demandeur::PersonneMoraleIncomplete { .. }));
        let is_likely = |field: DossierField| match (persons, organisations) {
            (true, false) => !field.is_of_organisation(),
            (false, true) => !field.is_of_person(),
            _ => true,
        };
        for (origin, title) in [(SectionOrigin::Dossier, words::DOSSIER_SECTION), (SectionOrigin::Demandeur, words::DEMANDEUR_SECTION)] {
            // Which démarche it is of comes by itself where a table has several.
            let is_offered = |field: &DossierField| !matches!(field, DossierField::Demarche | DossierField::NumeroDemarche);
            let is_here = |field: &DossierField| field.is_demandeur() == (origin == SectionOrigin::Demandeur);
            let lines = DossierField::ALL.iter().copied().filter(is_offered).filter(is_here);
            let lines = lines
                .map(|field| Line {
                    field: Field::Dossier(field),
                    label: words::dossier_field(field).to_owned(),
                    part: None,
                    champ_type: None,
                    is_required: false,
                    is_personal: field.is_personal(),
                    column_name: String::new(),
                    column_type: field.column_type(),
                    is_chosen: false,
                    is_key: field == DossierField::Number,
                    samples: self.samples.of_dossier(field),
                    is_essential: field.is_proposed() && is_likely(field),
                    is_proposed: field.is_proposed() && is_likely(field),
                    family: None,
                    is_folded: false,
                })
                .collect();
            self.sections.push(Section { title: title.to_owned(), origin, table: TableKey::Dossiers, lines });
        }
    }

    pub(super) fn form(&mut self, descriptors: &[ChampDescriptor], origin: &SectionOrigin, untitled: &str, is_small: bool) {
        let mut section = Section { title: untitled.to_owned(), origin: origin.clone(), table: TableKey::Dossiers, lines: Vec::new() };
        let mut repetitions = Vec::new();
        for descriptor in descriptors {
            if descriptor.champ_type == ChampType::HeaderSection {
                let next =
                    Section { title: descriptor.label.trim().to_owned(), origin: origin.clone(), table: TableKey::Dossiers, lines: Vec::new() };
                self.close(std::mem::replace(&mut section, next), &mut repetitions);
                continue;
            }
            section.lines.extend(self.lines(descriptor, &section.title, is_small));
            if descriptor.champ_type == ChampType::Repetition {
                repetitions.push(self.repetition(descriptor, is_small));
            }
        }
        self.close(section, &mut repetitions);
    }

    /// A section, then those of the répétitions that stand in it.
    fn close(&mut self, section: Section, repetitions: &mut Vec<Section>) {
        self.sections.extend(std::iter::once(section).chain(repetitions.drain(..)).filter(|section| !section.lines.is_empty()));
    }

    fn repetition(&mut self, descriptor: &ChampDescriptor, is_small: bool) -> Section {
        let table = TableKey::Repetition(descriptor.id.clone());
        self.tables.push((table.clone(), cut(descriptor.label.trim(), LONGEST_TABLE_NAME)));
        let mut section =
            Section { title: descriptor.label.trim().to_owned(), origin: SectionOrigin::Repetition(descriptor.id.clone()), table, lines: Vec::new() };
        for inner in &descriptor.champ_descriptors {
            section.lines.extend(self.lines(inner, &section.title, is_small));
        }
        section
    }

    /// Things that a dossier has several of, which get tables on choice. Zones only where something is drawn.
    pub(super) fn linked(&mut self, revision: &Revision) {
        let has_carte = revision.all_descriptors().any(|descriptor| descriptor.champ_type == ChampType::Carte);
        for table in LinkedTable::ALL.iter().copied().filter(|table| *table != LinkedTable::Zones || has_carte) {
            let title = words::linked_table(table).to_owned();
            let key = TableKey::Linked(table);
            self.tables.push((key.clone(), title.clone()));
            let lines = table.fields().map(|field| Line {
                field: Field::Linked(field),
                label: words::linked_field(field).to_owned(),
                part: None,
                champ_type: None,
                is_required: false,
                is_personal: field.is_personal(),
                column_name: String::new(),
                column_type: field.column_type(),
                is_chosen: false,
                is_key: false,
                samples: self.samples.of_linked(field),
                is_essential: false,
                is_proposed: field.is_proposed(),
                family: None,
                is_folded: false,
            });
            let lines = lines.collect();
            self.sections.push(Section { title, origin: SectionOrigin::Linked(table), table: key, lines });
        }
    }

    fn lines(&mut self, descriptor: &ChampDescriptor, section: &str, is_small: bool) -> Vec<Line> {
        let offers = offers(descriptor);
        if offers.is_empty() {
            return Vec::new();
        }
        let known = KnownField { label: descriptor.label.clone(), champ_type: descriptor.champ_type.clone(), section: section.to_owned() };
        self.fields.insert(descriptor.id.clone(), known);
        let is_filled = self.samples.is_filled(descriptor);
        let label = descriptor.label.trim();
        let line = |field: Field, part: Option<String>, column_type, samples| Line {
            label: label.to_owned(),
            part,
            champ_type: Some(descriptor.champ_type.clone()),
            is_required: descriptor.required,
            is_personal: facet::is_personal(&descriptor.champ_type),
            column_name: String::new(),
            column_type,
            is_chosen: false,
            is_key: false,
            samples,
            is_essential: false,
            is_proposed: false,
            family: None,
            is_folded: false,
            field,
        };
        let parts = if facet::has_columns(&descriptor.champ_type) { self.samples.parts(descriptor) } else { Vec::new() };
        let has_parts = offers.len() + parts.len() > 1;
        let offered = offers.into_iter().map(|offer| Line {
            is_essential: offer.is_proposed && (is_small || is_filled),
            is_proposed: offer.is_proposed,
            ..line(
                Field::Champ(descriptor.id.clone(), offer.facet),
                has_parts.then(|| words::facet(offer.facet).to_owned()),
                offer.column_type,
                self.samples.of(&descriptor.id, offer.facet),
            )
        });
        let known = parts.into_iter().map(|part| {
            let name = part.label.trim();
            let name = name.strip_prefix(label).map_or(name, |rest| rest.trim_start_matches([' ', '–', '-', ':']));
            let samples = self.samples.of_part(&descriptor.id, &part.id);
            let field = Field::Part(descriptor.id.clone(), part.id.clone());
            // What DS reads on a bank statement opens an account.
            let is_personal = facet::is_personal(&descriptor.champ_type) || descriptor.champ_type == ChampType::PieceJustificative;
            Line { is_personal, ..line(field, Some(name.to_owned()), facet::part_type(&part.value), samples) }
        });
        offered.chain(known).collect()
    }
}
