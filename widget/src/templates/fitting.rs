//! A template and the form of a démarche: what is recognised, what is asked, and what the agent has answered.

use relais_engine::{
    ds::{ChampType, Demarche, DescriptorId},
    mapping::Proposal,
    sync::Connexion,
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
    /// What recent dossiers have there, once they are read.
    pub samples: Vec<String>,
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
    /// What the agent said: one of them, or none. Of a field that was recognised, but not for certain, the likely one before
    /// the agent says otherwise.
    pub answer: Option<Option<DescriptorId>>,
    /// Whether it was recognised, but not for certain: the agent is asked to look, and has nothing to say when it is right.
    pub is_likely: bool,
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
    /// What recent dossiers have, by field.
    samples: Vec<(DescriptorId, Vec<String>)>,
    /// The fields that the connexion already fills so: there is nothing to look at any more.
    settled: Vec<DescriptorId>,
    /// What is asked, in the order of the columns. What was answered stays, to be answered otherwise.
    pub questions: Vec<Question>,
}

impl Fitting {
    /// What there is to ask.
    pub fn new(template: &Template, form: &Demarche) -> Self {
        let base = Matching::new(template, form);
        let mut fitting = Self { current: base.clone(), base, answers: Vec::new(), samples: Vec::new(), settled: Vec::new(), questions: Vec::new() };
        fitting.reckon();
        fitting
    }

    /// Answers a question, otherwise than before maybe; none takes the answer back.
    pub fn answer(&mut self, field: &DescriptorId, answer: Option<Option<DescriptorId>>) {
        self.answers.retain(|(known, _)| known != field);
        self.answers.extend(answer.map(|answer| (field.clone(), answer)));
        self.reckon();
    }

    /// Takes up what was answered for a connexion: where it imports one of the possible fields, that was the answer; and what
    /// was not wanted is not.
    pub fn answer_as_before(&mut self, connexion: &Connexion) {
        let declined = connexion.template.as_ref().map(|followed| followed.declined.as_slice()).unwrap_or_default();
        for Question { id, possible, is_likely, .. } in std::mem::take(&mut self.questions) {
            let is_first = |known: &Possible| possible.first().is_some_and(|first| first.id == known.id);
            let mut imported = possible.iter().filter(|possible| connexion.mapping.fields.contains_key(&possible.id));
            match (imported.next(), imported.next()) {
                (Some(known), _) if is_likely && is_first(known) => self.settled.push(id),
                (Some(known), None) => self.answers.push((id, Some(known.id.clone()))),
                (None, _) if declined.contains(&id) => self.answers.push((id, None)),
                _ => {}
            }
        }
        self.reckon();
    }

    /// The fields of the template that are not wanted.
    pub fn declined(&self) -> Vec<DescriptorId> {
        self.answers.iter().filter(|(_, answer)| answer.is_none()).map(|(id, _)| id.clone()).collect()
    }

    /// Shows what recent dossiers have in the fields that are possible.
    pub fn illustrate(&mut self, proposal: &Proposal) {
        for line in proposal.sections.iter().flat_map(|section| &section.lines) {
            // Of the parts of a field, the first says most.
            if let Some(id) = line.field.descriptor().filter(|id| !line.samples.is_empty() && self.samples.iter().all(|(known, _)| known != *id)) {
                self.samples.push((id.clone(), line.samples.clone()));
            }
        }
        self.reckon();
    }

    /// What is asked, and the agent must say.
    pub fn asked(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| !question.is_likely)
    }

    /// What the agent is asked to look at.
    pub fn likely(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| question.is_likely)
    }

    /// How many questions have no answer.
    pub fn open(&self) -> usize {
        self.questions.iter().filter(|question| question.answer.is_none()).count()
    }

    /// Whether the démarche is the one that the template was made for.
    pub const fn is_same_demarche(&self) -> bool {
        self.base.is_same_demarche()
    }

    /// What was recognised, and is not asked about.
    pub fn recognised(&self) -> Vec<Recognised> {
        let mut recognised = Vec::new();
        for FieldMatch { id, known, outcome } in self.current.fields() {
            if let Outcome::Found { known: theirs, grounds, .. } = outcome
                && self.questions.iter().all(|question| question.id != *id)
            {
                recognised.push(Recognised { ours: known.label.clone(), theirs: theirs.label.clone(), grounds });
            }
        }
        recognised
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
        // One may have what another has let go.
        for (id, _) in self.answers.iter().filter(|(id, _)| Some(id) != except) {
            matching.choose(id, None);
        }
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
            let said = self.answers.iter().find(|(id, _)| id == field.id).map(|(_, answer)| answer.clone());
            // What it could be instead is what it could be without that answer.
            let without = said.as_ref().map(|_| self.with_answers_but(Some(field.id)));
            let matching = without.as_ref().unwrap_or(&self.current);
            let before = matching.fields().into_iter().find(|before| before.id == field.id).map(|before| before.outcome);
            let (candidates, likely) = match before {
                Some(Outcome::Asked(candidates)) => (candidates, None),
                Some(Outcome::Found { id, grounds, .. }) if grounds.certainty() == Certainty::Likely && !self.settled.contains(field.id) => {
                    (matching.candidates(field.id), Some(id.clone()))
                }
                _ => continue,
            };
            let possible = candidates.into_iter().map(|candidate| Possible {
                id: candidate.id.clone(),
                label: candidate.known.label.clone(),
                likeness: candidate.likeness,
                samples: self.samples.iter().find(|(id, _)| id == candidate.id).map(|(_, samples)| samples.clone()).unwrap_or_default(),
            });
            let possible: Vec<Possible> = possible.collect();
            // Another question may have been given the same field since.
            let said = said.filter(|said| said.as_ref().is_none_or(|chosen| possible.iter().any(|possible| possible.id == *chosen)));
            questions.push(Question {
                id: field.id.clone(),
                label: field.known.label.clone(),
                champ_type: field.known.champ_type.clone(),
                section: field.known.section.clone(),
                is_likely: likely.is_some(),
                answer: said.or_else(|| likely.map(Some)),
                possible,
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
        mapping::{Mapping, Preset},
        sync::FollowedTemplate,
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
        assert_eq!((fitting.open(), fitting.asked().count(), fitting.likely().count()), (2, 2, 1));
        let grounds: Vec<Grounds> = fitting.recognised().into_iter().map(|field| field.grounds).collect();
        assert_eq!(grounds, [Grounds::SameLabelTypeAndSection], "what is likely is asked");
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
        let connexion = |form: &Demarche| Connexion::new(mapping(form), &[]);
        fitting.answer_as_before(&connexion(&form(2, &[("y", "Montant souhaité (en euros)")])));
        assert_eq!((fitting.open(), answers(&fitting).len()), (0, 1));
        assert_eq!(fitting.declined(), []);
        // Of two, nobody knows which.
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        fitting.answer_as_before(&connexion(&theirs));
        assert_eq!(fitting.open(), 1);
        // What was not wanted is not asked again, unless it is imported since.
        let mut without = connexion(&form(2, &[]));
        without.template = Some(FollowedTemplate { id: "t1".to_owned(), version: 1, declined: vec!["a".into()], passed_over: None });
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        fitting.answer_as_before(&without);
        assert_eq!((fitting.open(), fitting.declined()), (0, vec!["a".into()]));
        let mut since = connexion(&form(2, &[("y", "Montant souhaité (en euros)")]));
        since.template = without.template;
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        fitting.answer_as_before(&since);
        assert_eq!((fitting.open(), fitting.declined()), (0, vec![]));
    }

    #[test]
    fn what_is_likely_is_taken_unless_the_agent_says_otherwise() {
        let ours = form(1, &[("d", "NOM du porteur"), ("e", "Adresse du siège social")]);
        let theirs = form(2, &[("x", "Nom du porteur"), ("y", "Nom du porteur du projet"), ("z", "Adresse du siège social")]);
        let template = template(&ours);
        let mut fitting = Fitting::new(&template, &theirs);
        assert_eq!(answers(&fitting), ["d ? x y = x"]);
        assert_eq!((fitting.open(), fitting.likely().count(), fitting.recognised().len()), (0, 1, 1));
        let imports = |fitting: &Fitting, id: &str| fitting.apply(&template, &theirs).mapping.fields.contains_key(&DescriptorId::from(id));
        assert!(imports(&fitting, "x"));
        // Another one, none, and back.
        let d = DescriptorId::from("d");
        fitting.answer(&d, Some(Some("y".into())));
        assert_eq!(answers(&fitting), ["d ? x y = y"]);
        assert!(imports(&fitting, "y") && !imports(&fitting, "x"));
        fitting.answer(&d, Some(None));
        assert_eq!((answers(&fitting), fitting.declined()), (vec!["d ? x y = none".to_owned()], vec![d.clone()]));
        assert!(!imports(&fitting, "y") && !imports(&fitting, "x"));
        assert_eq!(fitting.apply(&template, &theirs).left_out.len(), 1);
        fitting.answer(&d, Some(Some("x".into())));
        assert_eq!((answers(&fitting), fitting.likely().count()), (vec!["d ? x y = x".to_owned()], 1));
        // A connexion that already imports it has nothing to look at; one that took the other keeps it.
        let connexion = |form: &Demarche| Connexion::new(mapping(form), &[]);
        let mut again = Fitting::new(&template, &theirs);
        again.answer_as_before(&connexion(&form(2, &[("x", "Nom du porteur")])));
        assert_eq!((again.questions.len(), again.recognised().len()), (0, 2));
        let mut again = Fitting::new(&template, &theirs);
        again.answer_as_before(&connexion(&form(2, &[("y", "Nom du porteur du projet")])));
        assert_eq!(answers(&again), ["d ? x y = y"]);
    }

    #[test]
    fn what_one_lets_go_another_may_have() {
        let ours = form(1, &[("a", "Nom du porteur principal"), ("d", "NOM du porteur")]);
        let theirs = form(2, &[("x", "Nom du porteur"), ("y", "Nom du porteur du projet")]);
        let template = template(&ours);
        let mut fitting = Fitting::new(&template, &theirs);
        let (a, d) = (DescriptorId::from("a"), DescriptorId::from("d"));
        assert_eq!(answers(&fitting), ["a ? y = ", "d ? x y = x"]);
        fitting.answer(&d, Some(None));
        fitting.answer(&a, Some(Some("x".into())));
        assert_eq!(fitting.open(), 0);
        assert!(fitting.apply(&template, &theirs).mapping.fields.contains_key(&DescriptorId::from("x")));
        assert_eq!(fitting.apply(&template, &theirs).left_out.len(), 1);
    }

    #[test]
    fn what_recent_dossiers_have_is_shown_beside_what_is_possible() {
        let ours = form(1, &[("a", "Montant demandé (en euros)")]);
        let theirs = form(2, &[("x", "Montant de l’aide (en euros)"), ("y", "Montant souhaité (en euros)")]);
        let mut fitting = Fitting::new(&template(&ours), &theirs);
        let mut proposal = Proposal::new(&theirs, &[]);
        for line in proposal.sections.iter_mut().flat_map(|section| &mut section.lines) {
            if line.field.descriptor().is_some_and(|id| id.as_str() == "y") {
                line.samples = vec!["1 200".to_owned()];
            }
        }
        fitting.illustrate(&proposal);
        let shown: Vec<_> =
            fitting.questions.first().unwrap().possible.iter().map(|possible| (possible.id.as_str(), possible.samples.concat())).collect();
        assert_eq!(shown, [("x", String::new()), ("y", "1 200".to_owned())]);
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
