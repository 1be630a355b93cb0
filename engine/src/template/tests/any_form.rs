//! What holds of any form and any mapping of it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{
    mapping::{Field, Mapping, Proposal},
    sync::Connexion,
    template::{Difference, Matching, Outcome, Template, upgrade},
};

/// A form: few words, so that there are namesakes, in sections, blocs and annotations.
fn any_form() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    let kind = prop::sample::select(vec!["Text", "Textarea", "Date", "DropDownList", "IntegerNumber", "Commune", "PieceJustificative", "Carte"]);
    let label =
        prop::sample::select(vec!["Nom", "nom", "Nom du projet", "Montant demandé", "Arrondissement (01 - Ain)", "Arrondissement (02 - Aisne)", ""]);
    let one = (kind, label, 0_u8..8);
    let list = prop::collection::vec(one, 0..9);
    (list.clone(), list).prop_map(|(champs, annotations)| {
        let mut number = 0;
        let mut form = |fields: &[(&str, &str, u8)]| {
            let mut written = Vec::new();
            for (kind, label, place) in fields {
                number += 1;
                let id = number.to_string();
                written.push(match place {
                    0 => section(label),
                    1 => bloc(&id, label, &[field(kind, &format!("{id}.1"), label), field("Text", &format!("{id}.2"), "Nom")]),
                    _ => field(kind, &id, label),
                });
            }
            written
        };
        (form(&champs), form(&annotations))
    })
}

/// The same form with other ids.
fn cloned(fields: &[Value], suffix: &str) -> Vec<Value> {
    let rename = |field: &Value| {
        let mut field = field.clone();
        field["id"] = format!("{}{suffix}", field["id"].as_str().unwrap()).into();
        if let Some(inner) = field.get("champDescriptors").and_then(Value::as_array).cloned() {
            field["champDescriptors"] = cloned(&inner, suffix).into();
        }
        field
    };
    fields.iter().map(rename).collect()
}

/// A mapping of some of what a form offers.
fn any_mapping(form: &crate::ds::Demarche, chosen: &[bool]) -> Mapping {
    let mut proposal = Proposal::new(form, &[]);
    let lines = proposal.sections.iter_mut().flat_map(|section| &mut section.lines);
    for (line, chosen) in lines.zip(chosen.iter().cycle()) {
        line.is_chosen = line.is_key || *chosen && !line.is_folded;
    }
    proposal.into_mapping()
}

fn sources(mapping: &Mapping) -> BTreeSet<String> {
    let sources = |table: &crate::mapping::TableMapping| {
        let key = table.key.to_string();
        table.columns.iter().flat_map(|column| &column.sources).map(move |source: &Field| format!("{key} {source}")).collect::<Vec<_>>()
    };
    mapping.tables.iter().flat_map(sources).collect()
}

proptest! {
    #[test]
    fn in_its_own_demarche_a_template_is_the_identity((champs, annotations) in any_form(), chosen in prop::collection::vec(any::<bool>(), 1..20)) {
        let form = demarche(1, &champs, &annotations);
        let mapping = any_mapping(&form, &chosen);
        let template = Template::of(&Connexion::new(mapping.clone(), &[]), &form, "Suivi", "");
        let read = Template::read(template.write().as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&template));
        let matching = Matching::new(&template, &form);
        prop_assert!(matching.is_settled());
        prop_assert_eq!(matching.apply(&template, &form).mapping, mapping);
    }

    /// Whole, since of namesakes that are not all chosen nobody knows which.
    #[test]
    fn a_clone_of_the_form_gets_the_same_columns((champs, annotations) in any_form()) {
        let form = demarche(1, &champs, &annotations);
        let clone = demarche(2, &cloned(&champs, "'"), &cloned(&annotations, "'"));
        let mut template = template(&form);
        // A label without a letter says nothing: its field is known by its id alone.
        template.mapping.tables.iter_mut().for_each(|table| table.columns.retain(|column| {
            !column.sources.iter().filter_map(Field::descriptor).any(|id| template.mapping.fields.get(id).unwrap().label.is_empty())
        }));
        let matching = Matching::new(&template, &clone);
        for found in matching.fields() {
            if !found.known.label.is_empty() && !found.known.section.is_empty() && !in_nameless_bloc(&template, found.id) {
                prop_assert!(matches!(&found.outcome, Outcome::Found { id, .. } if id.as_str() == format!("{}'", found.id)), "{:?}", outcomes(&matching));
            }
        }
    }

    /// Whatever the two forms are, whatever the agent answers.
    #[test]
    fn nothing_goes_to_two_and_nothing_uncertain_by_itself(
        (champs, annotations) in any_form(),
        (others, other_annotations) in any_form(),
        answers in prop::collection::vec(0_usize..6, 1..20),
        suffix in prop::sample::select(vec!["'", ""]),
    ) {
        let form = demarche(1, &champs, &annotations);
        let other = demarche(2, &cloned(&others, suffix), &cloned(&other_annotations, suffix));
        let template = template(&form);
        let mut matching = Matching::new(&template, &other);
        for answer in answers.iter().cycle().take(100) {
            let asked = matching.fields().into_iter().find_map(|field| match &field.outcome {
                Outcome::Asked(candidates) => Some((field.id.clone(), candidates.get(*answer).map(|candidate| candidate.id.clone()))),
                _ => None,
            });
            let Some((id, chosen)) = asked else { break };
            prop_assert!(matching.choose(&id, chosen.as_ref()));
        }
        prop_assert!(matching.is_settled());
        let mut taken = BTreeSet::new();
        for field in matching.fields() {
            if let Outcome::Found { id, .. } = field.outcome {
                prop_assert!(taken.insert(id.as_str().to_owned()), "{:?}", outcomes(&matching));
            }
        }
        let applied = matching.apply(&template, &other);
        // What it maps is of the form, at its place, and described; the rest is said.
        let blocs: Vec<(String, Option<String>)> = crate::mapping::placed(&other.active_revision)
            .iter()
            .map(|placed| (placed.descriptor.id.to_string(), placed.bloc.map(ToString::to_string)))
            .collect();
        for table in &applied.mapping.tables {
            let bloc = if let crate::mapping::TableKey::Repetition(id) = &table.key { Some(id.to_string()) } else { None };
            for id in table.columns.iter().flat_map(|column| &column.sources).filter_map(Field::descriptor) {
                prop_assert!(blocs.contains(&(id.to_string(), bloc.clone())));
                prop_assert!(applied.mapping.fields.contains_key(id));
            }
        }
        let count = |mapping: &Mapping| mapping.tables.iter().map(|table| table.columns.len()).sum::<usize>();
        let relations = |mapping: &Mapping| 2 * (mapping.tables.len() - 1);
        let left = applied.left_out.iter().filter(|left| !["Dossier", "Identifiant de la ligne"].contains(&left.column.as_str())).count();
        prop_assert_eq!(count(&template.mapping) - relations(&template.mapping), count(&applied.mapping) - relations(&applied.mapping) + left);
    }

    #[test]
    fn an_upgrade_loses_nothing_and_settles(
        (champs, annotations) in any_form(),
        chosen in prop::collection::vec(prop::collection::vec(any::<bool>(), 1..20), 3),
        is_known in any::<bool>(),
    ) {
        let form = demarche(1, &champs, &annotations);
        let [current, newer, older] = [0, 1, 2].map(|index| any_mapping(&form, &chosen[index]));
        let older = is_known.then_some(&older);
        let upgraded = upgrade(&current, &newer, older);
        prop_assert!(sources(&current).is_subset(&sources(&upgraded)));
        // What names columns in the binding names them still.
        for table in &current.tables {
            let keys = |table: &crate::mapping::TableMapping| table.columns.iter().filter_map(|column| column.key().cloned()).collect::<Vec<_>>();
            let after = upgraded.table(&table.key).unwrap();
            prop_assert!(keys(after).starts_with(&keys(table)));
            let names: BTreeSet<&str> = after.columns.iter().map(|column| column.name.as_str()).collect();
            prop_assert_eq!(names.len(), after.columns.len());
        }
        if older.is_none() {
            prop_assert!(sources(&newer).is_subset(&sources(&upgraded)));
        }
        prop_assert_eq!(&upgrade(&upgraded, &newer, older), &upgraded);
        prop_assert_eq!(&upgrade(&upgraded, &newer, Some(&newer)), &upgraded);
        prop_assert_eq!(upgrade(&current, &current, older), current.clone());
        prop_assert_eq!(Difference::of_mappings(&current, &current, older), Difference::default());
        prop_assert!(Difference::of_mappings(&upgraded, &newer, Some(&newer)).changes.is_empty());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Template::read(&bytes).is_err());
    }

    /// A file with a piece missing or doubled is refused, or is another template; it never panics.
    #[test]
    fn a_damaged_file_is_read_or_refused(from in 0_usize..2_000, length in 0_usize..40, is_doubled in any::<bool>()) {
        let file = template(&demarche(1, &[text("a", "Nom"), bloc("b", "Membres", &[text("c", "Nom")])], &[])).write().into_bytes();
        let from = from.min(file.len());
        let piece: Vec<u8> = file[from..].iter().copied().take(length).collect();
        let mut damaged = file.clone();
        damaged.splice(from..from + piece.len(), if is_doubled { piece.repeat(2) } else { Vec::new() });
        if let Ok(read) = Template::read(&damaged) {
            prop_assert_eq!(Template::read(read.write().as_bytes()), Ok(read));
        }
    }
}

/// Whether a field stands in a bloc without a label, which is known by its id alone, or is one.
fn in_nameless_bloc(template: &Template, id: &crate::ds::DescriptorId) -> bool {
    let bloc = id.as_str().split('.').next().unwrap();
    template.mapping.fields.get(&crate::ds::DescriptorId::from(bloc)).is_some_and(|known| known.label.is_empty())
}
