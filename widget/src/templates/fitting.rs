//! A template and the form of a démarche: what is recognised, what is asked, and what the agent has answered.

use relais_engine::{
    ds::{ChampType, Demarche, DescriptorId},
    mapping::KnownFields,
    template::{Applied, Certainty, FieldMatch, Grounds, Likeness, Matching, Outcome, Template},
};

/// A field of the démarche that may be the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possible {
    /// Its id.
    pub id: DescriptorId,
    /// Its label.
    pub label: String,
    /// Why it may be.
    pub likeness: Likeness,
}

/// A field of the template that the agent is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id in the template.
    pub id: DescriptorId,
    /// Its label.
    pub label: String,
    /// Its type.
    pub champ_type: ChampType,
    /// Its section.
    pub section: String,
    /// The fields that it may be, the best first.
    pub possible: Vec<Possible>,
    /// What the agent said: one of them, or none.
    pub answer: Option<Option<DescriptorId>>,
}

/// A field that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Its label in the template.
    pub ours: String,
    /// Its label in the démarche.
    pub theirs: String,
    /// By what.
    pub grounds: Grounds,
}

/// A template that is fitted to a démarche.
#[derive(Clone, Debug)]
pub struct Fitting {
    base: Matching,
    answers: Vec<(DescriptorId, Option<DescriptorId>)>,
    current: Matching,
    /// What is asked, in the order of the columns. What was answered stays, to be answered otherwise.
    pub questions: Vec<Question>,
}

impl Fitting {
    /// What there is to ask.
    pub fn new(template: &Template, form: &Demarche) -> Self {
        let base = Matching::new(template, form);
        let mut fitting = Self { current: base.clone(), base, answers: Vec::new(), questions: Vec::new() };
        fitting.reckon();
        fitting
    }

    /// Answers a question, otherwise than before maybe; none takes the answer back.
    pub fn answer(&mut self, field: &DescriptorId, answer: Option<Option<DescriptorId>>) {
        self.answers.retain(|(known, _)| known != field);
        self.answers.extend(answer.map(|answer| (field.clone(), answer)));
        self.reckon();
    }

    /// Takes up what a connexion imports already: where one of the possible fields is among these, that was the answer.
    pub fn answer_as_imported(&mut self, fields: &KnownFields) {
        for Question { id, possible, .. } in std::mem::take(&mut self.questions) {
            let mut imported = possible.into_iter().filter(|possible| fields.contains_key(&possible.id));
            if let (Some(known), None) = (imported.next(), imported.next()) {
                self.answers.push((id, Some(known.id)));
            }
        }
        self.reckon();
    }

    /// How many questions have no answer.
    pub fn open(&self) -> usize {
        self.questions.iter().filter(|question| question.answer.is_none()).count()
    }

    /// Whether the démarche is the one that the template was made for.
    pub const fn is_same_demarche(&self) -> bool {
        self.base.is_same_demarche()
    }

    /// What was recognised without asking, those that are likely only first.
    pub fn recognised(&self) -> Vec<Recognised> {
        let (mut likely, mut certain) = (Vec::new(), Vec::new());
        for FieldMatch { known, outcome, .. } in self.current.fields() {
            if let Outcome::Found { known: theirs, grounds, .. } = outcome
                && grounds != Grounds::Chosen
            {
                let list = if grounds.certainty() == Certainty::Likely { &mut likely } else { &mut certain };
                list.push(Recognised { ours: known.label.clone(), theirs: theirs.label.clone(), grounds });
            }
        }
        likely.append(&mut certain);
        likely
    }

    /// The labels of what the démarche has nothing like.
    pub fn missing(&self) -> Vec<String> {
        let fields = self.current.fields();
        fields.into_iter().filter(|field| field.outcome == Outcome::Missing).map(|field| field.known.label.clone()).collect()
    }

    /// What the template becomes.
    pub fn apply(&self, template: &Template, form: &Demarche) -> Applied {
        self.current.apply(template, form)
    }

    /// Gives another version of the template the same answers, where it asks the same.
    pub fn answer_as(&mut self, other: &Self) {
        self.answers.clone_from(&other.answers);
        self.reckon();
    }

    /// The matching with every answer but one. A bloc is answered before what stands in it, as it comes before it.
    fn with_answers_but(&self, except: Option<&DescriptorId>) -> Matching {
        let mut matching = self.base.clone();
        for field in self.base.fields() {
            if let Some((id, answer)) = self.answers.iter().find(|(id, _)| id == field.id && Some(id) != except) {
                matching.choose(id, answer.as_ref());
            }
        }
        matching
    }

    fn reckon(&mut self) {
        self.current = self.with_answers_but(None);
        let mut questions = Vec::new();
        for field in self.current.fields() {
            let answer = self.answers.iter().find(|(id, _)| id == field.id).map(|(_, answer)| answer.clone());
            // What it could be instead is what it could be without that answer.
            let without = answer.as_ref().map(|_| self.with_answers_but(Some(field.id)));
            let before = without.as_ref().and_then(|without| without.fields().into_iter().find(|other| other.id == field.id));
            let Outcome::Asked(candidates) = before.map_or(field.outcome, |before| before.outcome) else { continue };
            let possible = candidates.into_iter().map(|candidate| Possible {
                id: candidate.id.clone(),
                label: candidate.known.label.clone(),
                likeness: candidate.likeness,
            });
            let possible: Vec<Possible> = possible.collect();
            // Another question may have been given the same field since.
            let answer = answer.filter(|answer| answer.as_ref().is_none_or(|chosen| possible.iter().any(|possible| possible.id == *chosen)));
            questions.push(Question {
                id: field.id.clone(),
                label: field.known.label.clone(),
                champ_type: field.known.champ_type.clone(),
                section: field.known.section.clone(),
                possible,
                answer,
            });
        }
        self.questions = questions;
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::{
        json,
        mapping::{Mapping, Preset, Proposal},
        sync::Connexion,
    };
    use serde_json::{Value, json};

    use super::*;

    pub(in super::super) fn form(number: i64, champs: &[(&str, &str)]) -> Demarche {
        let field = |(id, label): &(&str, &str)| json!({ "__typename": "TextChampDescriptor", "id": id, "label": label });
        let champs: Vec<Value> = champs.iter().map(field).collect();
        json::from_value(&json!({
            "number": number, "title": format!("Aides {number}"), "state": "publiee", "labels": [], "groupeInstructeurs": [],
            "activeRevision": { "id": "R", "datePublication": null, "champDescriptors": champs, "annotationDescriptors": [] },
        }))
        .unwrap()
    }

    pub(in super::super) fn mapping(form: &Demarche) -> Mapping {
        let mut proposal = Proposal::new(form, &[]);
        proposal.apply(Preset::Everything);
        proposal.into_mapping()
    }

    pub(in super::super) fn template(form: &Demarche) -> Template {
        Template::of(&Connexion::new(mapping(form), &[]), form, "Suivi", "")
    }

    fn answers(fitting: &Fitting) -> Vec<String> {
        let said = |question: &Question| {
            let possible: Vec<&str> = question.possible.iter().map(|possible| possible.id.as_str()).collect();
            let answer = question.answer.as_ref().map(|answer| answer.as_ref().map_or("none", |id| id.as_str()));
            format!("{} ? {} = {}", question.id.as_str(), possible.join(" "), answer.unwrap_or_default())
        };
        fitting.questions.iter().map(said).collect()
    }

    #[test]
    fn a_question_stays_once_it_is_answered_and_can_be_answered_otherwise() {
        let ours = form(1, &[("a", "Montant demandé (en euros)"), ("b", "Montant total demandé"), ("c", "Nom"), ("d", "NOM du porteur")]);
        let theirs = form(2, &[("x", "Montant de l’aide (en euros)"), ("y", "Montant souhaité (en euros)"), ("c2", "Nom"), ("d2", "Nom du porteur")]);
        let template = template(&ours);
        let mut fitting = Fitting::new(&template, &theirs);
        assert!(!fitting.is_same_demarche());
        assert_eq!(fitting.open(), fitting.questions.len());
        let grounds: Vec<Grounds> = fitting.recognised().into_iter().map(|field| field.grounds).collect();
        assert_eq!(grounds, [Grounds::SameWordsTypeAndSection, Grounds::SameLabelTypeAndSection], "what is likely comes first");
        let (a, b) = (DescriptorId::from("a"), DescriptorId::from("b"));
        fitting.answer(&a, Some(Some("y".into())));
        assert!(answers(&fitting).iter().any(|line| line.starts_with("a ? ") && line.ends_with(" = y")), "{:?}", answers(&fitting));
        assert!(answers(&fitting).iter().all(|line| !line.starts_with("b ? ") || !line.contains('y')), "it is taken: {:?}", answers(&fitting));
        fitting.answer(&a, Some(None));
        fitting.answer(&b, Some(None));
        assert_eq!(fitting.open(), 0);
        assert_eq!(fitting.apply(&template, &theirs).left_out.len(), 2);
        fitting.answer(&a, None);
        assert_eq!(fitting.open(), 1);
    }

    #[test]
    fn what_a_connexion_imports_already_is_not_asked_again() {
        let ours = form(1, &[("a", "Montant demandé (en euros)")]);
        let theirs = form(2, &[("x", "Montant de l’aide (en euros)"), ("y", "Montant souhaité (en euros)")]);
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        let imported = mapping(&form(2, &[("y", "Montant souhaité (en euros)")])).fields;
        fitting.answer_as_imported(&imported);
        assert_eq!((fitting.open(), answers(&fitting).len()), (0, 1));
        // Of two, nobody knows which.
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        fitting.answer_as_imported(&mapping(&theirs).fields);
        assert_eq!(fitting.open(), 1);
    }

    #[test]
    fn what_the_demarche_has_nothing_like_is_said() {
        let ours = form(1, &[("a", "Nom"), ("b", "Zonage")]);
        let theirs = json::from_value::<Demarche>(&json!({
            "number": 2, "title": "Aides", "state": "publiee", "labels": [], "groupeInstructeurs": [],
            "activeRevision": { "id": "R", "datePublication": null, "annotationDescriptors": [],
                "champDescriptors": [{ "__typename": "TextChampDescriptor", "id": "x", "label": "Nom" }] },
        }))
        .unwrap();
        let fitting = Fitting::new(&template(&ours), &theirs);
        assert_eq!((fitting.missing(), fitting.open()), (vec!["Zonage".to_owned()], 0));
    }

    #[test]
    fn its_own_demarche_asks_nothing() {
        let ours = form(1, &[("a", "Nom"), ("b", "Zonage")]);
        let fitting = Fitting::new(&template(&ours), &ours);
        assert!(fitting.is_same_demarche() && fitting.questions.is_empty() && fitting.missing().is_empty());
    }
}
