//! Forms small enough to be read here, and templates of them.

use serde_json::{Value, json};

use crate::{
    ds::Demarche,
    mapping::{Keeping, Mapping, Preset, Proposal, Scope},
    sync::Connexion,
    template::{Matching, Outcome, Template},
};

pub(super) fn field(kind: &str, id: &str, label: &str) -> Value {
    json!({ "__typename": format!("{kind}ChampDescriptor"), "id": id, "label": label })
}

pub(super) fn text(id: &str, label: &str) -> Value {
    field("Text", id, label)
}

pub(super) fn section(title: &str) -> Value {
    field("HeaderSection", &format!("section {title}"), title)
}

pub(super) fn bloc(id: &str, label: &str, champs: &[Value]) -> Value {
    let mut bloc = field("Repetition", id, label);
    bloc["champDescriptors"] = champs.into();
    bloc
}

pub(super) fn demarche(number: i64, champs: &[Value], annotations: &[Value]) -> Demarche {
    let demarche = json!({
        "number": number, "title": format!("Aides {number}"), "state": "publiee",
        "labels": [{ "id": format!("L{number}"), "name": "Urgent", "color": "" }, { "id": format!("M{number}"), "name": "À compléter", "color": "" }],
        "groupeInstructeurs": [{ "number": number * 10, "label": "défaut" }, { "number": number * 10 + 1, "label": "Nord" }],
        "activeRevision": { "id": "R", "datePublication": null, "champDescriptors": champs, "annotationDescriptors": annotations },
    });
    crate::json::from_value(&demarche).unwrap()
}

pub(super) fn mapping(demarche: &Demarche) -> Mapping {
    let mut proposal = Proposal::new(demarche, &[]);
    proposal.apply(Preset::Everything);
    proposal.into_mapping()
}

pub(super) fn template(demarche: &Demarche) -> Template {
    template_of(demarche, Scope::default())
}

pub(super) fn template_of(demarche: &Demarche, scope: Scope) -> Template {
    let mut connexion = Connexion::new(mapping(demarche), &[]);
    connexion.follow(scope, Keeping::default());
    Template::of(&connexion, demarche, " Suivi ", "Pour suivre.")
}

/// What became of each field, in a line.
pub(super) fn outcomes(matching: &Matching) -> Vec<String> {
    let outcome = |outcome: &Outcome<'_>| match outcome {
        Outcome::Found { id, grounds, .. } => format!("{id} {grounds:?}"),
        Outcome::Asked(candidates) => {
            let ids: Vec<&str> = candidates.iter().map(|candidate| candidate.id.as_str()).collect();
            format!("? {}", ids.join(" "))
        }
        other => format!("{other:?}"),
    };
    matching.fields().iter().map(|field| format!("{} → {}", field.id, outcome(&field.outcome))).collect()
}

/// « name = sources » of each column that a field of the form fills, table by table.
pub(super) fn columns(mapping: &Mapping) -> Vec<String> {
    let mut lines = Vec::new();
    for table in &mapping.tables {
        for column in &table.columns {
            let sources: Vec<String> = column.sources.iter().filter(|source| source.descriptor().is_some()).map(ToString::to_string).collect();
            if !sources.is_empty() {
                lines.push(format!("{} {} = {}", table.key, column.name, sources.join(" ")));
            }
        }
    }
    lines
}
