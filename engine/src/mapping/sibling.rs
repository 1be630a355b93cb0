//! Démarches of the same form, such as the clones of one per département: their fields have other ids, and go into the
//! same columns.

use serde::Serialize;

use super::{Field, KnownField, KnownFields, Scope, TableKey, form::placed};
use crate::{
    ds::{ChampType, Demarche, DemarcheNumber, DescriptorId, Revision},
    json::{FromJson, Json, Malformed},
};

/// Another démarche of the form that a mapping was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sibling {
    /// The démarche.
    pub number: DemarcheNumber,
    /// Its title, for people.
    pub title: String,
    /// The id of a field in the mapping, and that of the same field here. Those that have the same id are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(DescriptorId, DescriptorId)>,
}

impl FromJson for Sibling {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { number: json.read("number")?, title: json.read("title")?, fields: json.read_or_default("fields")? })
    }
}

impl Sibling {
    /// Matches a démarche with mapped fields. `ours` is the form that they are of.
    pub fn new(fields: &KnownFields, ours: &Revision, theirs: &Demarche) -> Self {
        let mut sibling = Self { number: theirs.number, title: theirs.title.trim().to_owned(), fields: Vec::new() };
        sibling.match_fields(fields, ours, &theirs.active_revision);
        sibling
    }

    /// Matches the mapped fields that have no match yet. One that had one keeps it, whatever its label became (rule 5). A
    /// field is matched by its id, else by its label, type and section: what that leaves in doubt stays without a match.
    pub(crate) fn match_fields(&mut self, fields: &KnownFields, ours: &Revision, theirs: &Revision) {
        let (ours, theirs) = (places(ours), places(theirs));
        let is_in = |places: &[(Place, DescriptorId)], id: &DescriptorId| places.iter().any(|(_, known)| known == id);
        for (id, known) in fields {
            if is_in(&theirs, id) || self.twin(id).is_some() {
                continue;
            }
            let place = place(known);
            // What is taken already, here or there, is no candidate.
            let namesakes: Vec<&DescriptorId> =
                ours.iter().filter(|(other, id)| *other == place && !is_in(&theirs, id) && self.twin(id).is_none()).map(|(_, id)| id).collect();
            let candidates: Vec<&DescriptorId> = theirs
                .iter()
                .filter(|(other, id)| *other == place && !is_in(&ours, id) && !self.fields.iter().any(|(_, taken)| taken == id))
                .map(|(_, id)| id)
                .collect();
            // As many here as there: they come in the same order. One that is older than the form in force is alone of its kind.
            let position = namesakes.iter().position(|namesake| *namesake == id);
            let is_alone = position.is_none() && candidates.len() == 1 && namesakes.is_empty();
            let position = if is_alone { Some(0) } else { position.filter(|_| namesakes.len() == candidates.len()) };
            if let Some(found) = position.and_then(|position| candidates.get(position)) {
                self.fields.push((id.clone(), (*found).clone()));
            }
        }
    }

    /// The mapped fields that its form does not have.
    pub fn unmatched<'a>(&'a self, fields: &'a KnownFields, theirs: &'a Revision) -> impl Iterator<Item = &'a KnownField> {
        let is_there = |id: &DescriptorId| theirs.all_descriptors().any(|descriptor| descriptor.id == *id);
        fields.iter().filter(move |(id, _)| !is_there(self.twin(id).unwrap_or(id))).map(|(_, known)| known)
    }

    fn twin(&self, id: &DescriptorId) -> Option<&DescriptorId> {
        self.fields.iter().find(|(ours, _)| ours == id).map(|(_, theirs)| theirs)
    }
}

/// Label, type and section.
type Place = (String, ChampType, String);

fn place(known: &KnownField) -> Place {
    (spaced(&known.label), known.champ_type.clone(), spaced(&known.section))
}

/// A text whatever its spaces.
pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where each field stands, in the order of the form.
fn places(revision: &Revision) -> Vec<(Place, DescriptorId)> {
    placed(revision).iter().map(|placed| (place(&placed.known()), placed.descriptor.id.clone())).collect()
}

/// How the fields of a mapping are called in one of its démarches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Translation<'a>(Option<&'a Sibling>);

impl<'a> Translation<'a> {
    /// For the démarche that the mapping was made for, or for another of its form.
    pub fn for_sibling(sibling: Option<&'a Sibling>) -> Self {
        Self(sibling)
    }

    /// Whether it is the one that the mapping was made for.
    pub fn is_first(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a field there is that of another form under another id.
    pub fn has_twin(&self, theirs: &DescriptorId) -> bool {
        self.0.is_some_and(|sibling| sibling.fields.iter().any(|(_, id)| id == theirs))
    }

    /// The id of a field there.
    pub fn descriptor<'b>(&'b self, id: &'b DescriptorId) -> &'b DescriptorId {
        self.0.and_then(|sibling| sibling.twin(id)).unwrap_or(id)
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
}

impl Scope {
    /// The same filters in another démarche of the form: its labels and groupes are those of the same names.
    #[must_use]
    pub fn translated(&self, ours: &Demarche, theirs: &Demarche) -> Self {
        let mut scope = self.clone();
        let is_label = |name: &str| ours.labels.iter().any(|label| label.name == name && self.labels.contains(&label.id));
        scope.labels.extend(theirs.labels.iter().filter(|label| is_label(&label.name)).map(|label| label.id.clone()));
        let is_groupe = |name: &str| ours.groupe_instructeurs.iter().any(|groupe| groupe.label == name && self.groupes.contains(&groupe.number));
        scope.groupes.extend(theirs.groupe_instructeurs.iter().filter(|groupe| is_groupe(&groupe.label)).map(|groupe| groupe.number));
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

    fn sibling(ours: &Demarche, theirs: &Demarche) -> (Sibling, KnownFields) {
        let mut proposal = Proposal::new(ours, &[]);
        proposal.apply(Preset::Everything);
        let fields = proposal.into_mapping().fields;
        (Sibling::new(&fields, &ours.active_revision, theirs), fields)
    }

    fn matched(sibling: &Sibling) -> Vec<(&str, &str)> {
        let mut matched: Vec<_> = sibling.fields.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str())).collect();
        matched.sort_unstable();
        matched
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
