//! Démarches of the same form, such as the clones of one per département: their fields have other ids, and go into the
//! same columns.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use serde::Serialize;

use super::{Field, KnownField, Mapping, Scope, TableKey};
use crate::{
    ds::{ChampDescriptor, ChampType, Demarche, DemarcheNumber, DescriptorId, Revision},
    json::{FromJson, Json, Malformed},
    words,
};

/// Another démarche of the form that a mapping was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sibling {
    /// The démarche.
    pub number: DemarcheNumber,
    /// Its title, for people.
    pub title: String,
    /// By the id of a field in the mapping, the id of the same field here. Those that have the same id are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<DescriptorId, DescriptorId>,
}

impl FromJson for Sibling {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { number: json.read("number")?, title: json.read("title")?, fields: json.read_or_default("fields")? })
    }
}

impl Sibling {
    /// Matches a démarche with a mapping. `ours` is the form that the mapping was made for.
    pub fn new(mapping: &Mapping, ours: &Revision, theirs: &Demarche) -> Self {
        let mut sibling = Self { number: theirs.number, title: theirs.title.trim().to_owned(), fields: BTreeMap::new() };
        sibling.match_fields(mapping, ours, &theirs.active_revision);
        sibling
    }

    /// Matches the mapped fields that have no match yet. One that had one keeps it, whatever its label became (rule 5). A
    /// field is matched by its id, else by its label, type and section: what that leaves in doubt stays without a match.
    pub(crate) fn match_fields(&mut self, mapping: &Mapping, ours: &Revision, theirs: &Revision) {
        let present: HashSet<&DescriptorId> = theirs.all_descriptors().map(|descriptor| &descriptor.id).collect();
        let mut taken: HashSet<DescriptorId> = self.fields.values().cloned().collect();
        taken.extend(ours.all_descriptors().map(|descriptor| descriptor.id.clone()).chain(mapping.fields.keys().cloned()));
        let (ours, mut theirs) = (namesakes(ours), namesakes(theirs));
        for candidates in theirs.values_mut() {
            candidates.retain(|id| !taken.contains(id));
        }
        for (id, known) in &mapping.fields {
            if present.contains(id) || self.fields.contains_key(id) {
                continue;
            }
            let alone = vec![id.clone()];
            let place = place(known);
            // Older than the form in force: its own words are all that is known.
            let ours = ours.get(&place).filter(|ids| ids.contains(id)).unwrap_or(&alone);
            let Some(candidates) = theirs.get(&place) else { continue };
            // As many here as there: they come in the same order.
            let unmatched: Vec<&DescriptorId> = ours.iter().filter(|id| !self.fields.contains_key(*id) && !present.contains(id)).collect();
            let position = unmatched.iter().position(|namesake| *namesake == id);
            if let Some(found) = position.filter(|_| unmatched.len() == candidates.len()).and_then(|position| candidates.get(position)).cloned() {
                self.fields.insert(id.clone(), found.clone());
                if let Some(candidates) = theirs.get_mut(&place) {
                    candidates.retain(|candidate| *candidate != found);
                }
            }
        }
    }

    /// The mapped fields that its form does not have.
    pub fn unmatched<'a>(&'a self, mapping: &'a Mapping, theirs: &'a Revision) -> impl Iterator<Item = &'a KnownField> {
        let present: HashSet<&DescriptorId> = theirs.all_descriptors().map(|descriptor| &descriptor.id).collect();
        mapping.fields.iter().filter(move |(id, _)| !present.contains(self.fields.get(*id).unwrap_or(id))).map(|(_, known)| known)
    }
}

/// Label, type and section.
type Place = (String, ChampType, String);

fn place(known: &KnownField) -> Place {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    (spaced(&known.label), known.champ_type.clone(), spaced(&known.section))
}

/// The fields of each place, in the order of the form.
fn namesakes(revision: &Revision) -> HashMap<Place, Vec<DescriptorId>> {
    let mut namesakes: HashMap<Place, Vec<DescriptorId>> = HashMap::new();
    let mut note = |descriptor: &ChampDescriptor, section: &str| {
        let known = KnownField { label: descriptor.label.clone(), champ_type: descriptor.champ_type.clone(), section: section.to_owned() };
        namesakes.entry(place(&known)).or_default().push(descriptor.id.clone());
    };
    let parts = [(&revision.champ_descriptors, words::FIRST_SECTION), (&revision.annotation_descriptors, words::ANNOTATIONS_SECTION)];
    for (descriptors, untitled) in parts {
        let mut section = untitled;
        for descriptor in descriptors {
            if descriptor.champ_type == ChampType::HeaderSection {
                section = descriptor.label.trim();
                continue;
            }
            note(descriptor, section);
            for inner in &descriptor.champ_descriptors {
                note(inner, descriptor.label.trim());
            }
        }
    }
    namesakes
}

/// How the fields of a mapping are called in one of its démarches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Translation<'a>(Option<&'a BTreeMap<DescriptorId, DescriptorId>>);

impl<'a> Translation<'a> {
    /// For the démarche that the mapping was made for, or for another of its form.
    pub fn for_sibling(sibling: Option<&'a Sibling>) -> Self {
        Self(sibling.map(|sibling| &sibling.fields))
    }

    /// The id of a field there.
    pub fn descriptor<'b>(&'b self, id: &'b DescriptorId) -> &'b DescriptorId {
        self.0.and_then(|fields| fields.get(id)).unwrap_or(id)
    }

    /// The same for what fills a column.
    pub fn field(&self, field: &Field) -> Field {
        match field {
            Field::Champ(id, facet) => Field::Champ(self.descriptor(id).clone(), *facet),
            Field::Part(id, key) => Field::Part(self.descriptor(id).clone(), key.clone()),
            other => other.clone(),
        }
    }

    /// The same for what the rows of a table are.
    pub fn table(&self, key: &TableKey) -> TableKey {
        match key {
            TableKey::Repetition(id) => TableKey::Repetition(self.descriptor(id).clone()),
            other => other.clone(),
        }
    }

    /// The mapped fields by their ids there.
    pub fn fields<'b>(&self, mapping: &'b Mapping) -> BTreeMap<DescriptorId, Cow<'b, KnownField>> {
        let mut fields = BTreeMap::new();
        fields.extend(mapping.fields.iter().map(|(id, known)| (self.descriptor(id).clone(), Cow::Borrowed(known))));
        fields
    }
}

impl Scope {
    /// The same filters in another démarche of the form: its labels and groupes are those of the same names.
    #[must_use]
    pub fn translated(&self, ours: &Demarche, theirs: &Demarche) -> Self {
        let mut scope = self.clone();
        if !self.labels.is_empty() {
            let names: HashSet<&str> = ours.labels.iter().filter(|label| self.labels.contains(&label.id)).map(|label| label.name.as_str()).collect();
            scope.labels.extend(theirs.labels.iter().filter(|label| names.contains(label.name.as_str())).map(|label| label.id.clone()));
        }
        if !self.groupes.is_empty() {
            let groupes = ours.groupe_instructeurs.iter().filter(|groupe| self.groupes.contains(&groupe.number));
            let names: HashSet<&str> = groupes.map(|groupe| groupe.label.as_str()).collect();
            let theirs = theirs.groupe_instructeurs.iter().filter(|groupe| names.contains(groupe.label.as_str()));
            scope.groupes.extend(theirs.map(|groupe| groupe.number));
        }
        scope
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::{Value, json};

    use super::*;
    use crate::mapping::{Preset, Proposal};

    fn field(kind: &str, id: &str, label: &str) -> Value {
        json!({ "__typename": format!("{kind}ChampDescriptor"), "id": id, "label": label })
    }

    fn demarche(number: i64, champs: Vec<Value>, annotations: Vec<Value>) -> Demarche {
        let revision = json!({ "id": "R", "datePublication": null, "champDescriptors": champs, "annotationDescriptors": annotations });
        let labels = json!([{ "id": format!("L{number}"), "name": "Urgent", "color": "pink_macaron" }]);
        let groupes = json!([{ "id": "G", "number": number * 10, "label": "défaut" }, { "id": "H", "number": number * 10 + 1, "label": "Nord" }]);
        let demarche = json!({ "number": number, "title": "Aides", "state": "publiee", "labels": labels, "groupeInstructeurs": groupes, "activeRevision": revision });
        Demarche::read(json!({ "data": { "demarche": demarche } }).to_string().as_bytes()).unwrap()
    }

    fn sibling(ours: &Demarche, theirs: &Demarche) -> (Sibling, Mapping) {
        let mut proposal = Proposal::new(ours, &[]);
        proposal.apply(Preset::Everything);
        let mapping = proposal.into_mapping();
        (Sibling::new(&mapping, &ours.active_revision, theirs), mapping)
    }

    fn matched(sibling: &Sibling) -> Vec<(&str, &str)> {
        sibling.fields.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str())).collect()
    }

    #[test]
    fn fields_are_matched_by_id_then_by_label_type_and_section() {
        let bloc = |id: &str, inner: &str| json!({ "__typename": "RepetitionChampDescriptor", "id": id, "label": "Membres", "champDescriptors": [field("Text", inner, "Nom")] });
        let ours = demarche(
            1,
            vec![
                field("Text", "same", "Titre"),
                field("Text", "nom", "Nom"),
                bloc("bloc", "membre"),
                field("HeaderSection", "s", "Mandataire"),
                field("Text", "mandataire", "Nom"),
                field("DecimalNumber", "cout", "Coût  total"),
            ],
            vec![field("Text", "avis", "Avis")],
        );
        // Another order, another spelling of spaces; one that took another type, and one that is a champ and no annotation.
        let theirs = demarche(
            2,
            vec![
                field("Text", "same", "Titre renommé"),
                field("DecimalNumber", "cout2", "Coût total"),
                field("Text", "nom2", "Nom"),
                field("Text", "avis2", "Avis"),
                bloc("bloc2", "membre2"),
                field("HeaderSection", "s2", "Mandataire"),
                field("Textarea", "mandataire2", "Nom"),
            ],
            vec![],
        );
        let (sibling, mapping) = sibling(&ours, &theirs);
        assert_eq!(matched(&sibling), [("bloc", "bloc2"), ("membre", "membre2"), ("nom", "nom2")]);
        let unmatched: Vec<&str> = sibling.unmatched(&mapping, &theirs.active_revision).map(|known| known.label.as_str()).collect();
        assert_eq!(unmatched, ["Avis", "Coût  total", "Nom"], "of another part, section or type");
    }

    #[test]
    fn namesakes_are_matched_in_their_order_or_not_at_all() {
        let named = |ids: &[&str]| ids.iter().map(|id| field("Text", id, "Nom")).collect::<Vec<_>>();
        let (twins, _) = sibling(&demarche(1, named(&["a", "b"]), vec![]), &demarche(2, named(&["c", "d"]), vec![]));
        assert_eq!(matched(&twins), [("a", "c"), ("b", "d")]);
        let (in_doubt, _) = sibling(&demarche(1, named(&["a", "b"]), vec![]), &demarche(2, named(&["c"]), vec![]));
        assert_eq!(matched(&in_doubt), []);
        // One of them has kept its id.
        let (kept, _) = sibling(&demarche(1, named(&["a", "b"]), vec![]), &demarche(2, named(&["b", "c"]), vec![]));
        assert_eq!(matched(&kept), [("a", "c")]);
    }

    #[test]
    fn a_match_is_kept_when_labels_change_and_new_fields_are_matched() {
        let ours = demarche(1, vec![field("Text", "a", "Nom"), field("Text", "b", "Prénom")], vec![]);
        let (mut sibling, mapping) = sibling(&ours, &demarche(2, vec![field("Text", "a2", "Nom")], vec![]));
        assert_eq!(matched(&sibling), [("a", "a2")]);
        let later = demarche(2, vec![field("Text", "a2", "Nom de famille"), field("Text", "x", "Nom"), field("Text", "b2", "Prénom")], vec![]);
        sibling.match_fields(&mapping, &ours.active_revision, &later.active_revision);
        assert_eq!(matched(&sibling), [("a", "a2"), ("b", "b2")]);
        let json = serde_json::to_string(&sibling).unwrap();
        assert_eq!(crate::json::read::<Sibling>(json.as_bytes()).unwrap(), sibling);
    }

    #[test]
    fn filters_go_by_names() {
        let (ours, theirs) = (demarche(1, vec![], vec![]), demarche(2, vec![], vec![]));
        let scope = Scope { labels: ["L1".into()].into(), groupes: [11].into(), archived: Some(false), ..Scope::default() };
        let translated = scope.translated(&ours, &theirs);
        assert_eq!((translated.labels.contains("L2"), translated.groupes.clone(), translated.archived), (true, [11, 21].into(), Some(false)));
        assert_eq!(Scope::default().translated(&ours, &theirs), Scope::default());
    }
}
