//! What was compared with the recordings, and what is known to differ.
use super::grist_recording::{difference, difference_of_messages};
use relais_tests::grist::{Refusal, UNSUPPORTED};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Steps whose answer is not Grist's, looked at one by one.
#[derive(Debug)]
pub(crate) struct Reviewed {
    pub(crate) scenario: &'static str,
    pub(crate) steps: Steps,
    pub(crate) why: &'static str,
}

/// Which steps of a scenario.
#[derive(Debug)]
pub(crate) enum Steps {
    /// These differ for the reason given; all others are as recorded, or refused as something that is not used.
    Only(&'static [&'static str]),
    /// From this one on the scenario is about something that Relais does not use: it is not played.
    From(usize),
    /// The tables at the end differ.
    Final(&'static [&'static str]),
    /// The scenario is played without these columns, whose formulas Relais does not use.
    Without(&'static [&'static str]),
    /// Calls that were made at once are made one after the other.
    InTurn,
}

/// What came of a step.
#[derive(Debug)]
pub(crate) enum Outcome {
    Same,
    Refused(String),
    Different(String),
}

impl Outcome {
    fn of(difference: Option<String>) -> Self {
        difference.map_or(Self::Same, Self::Different)
    }
}

/// Everything that went otherwise than recorded and reviewed.
pub(crate) struct Report {
    reviewed: &'static [Reviewed],
    /// Beginnings of what is refused: parts of Grist that Relais does not use.
    unused: &'static [&'static str],
    /// Which of the two lists were needed, the reviewed ones by scenario and step.
    met: HashSet<&'static str>,
    needed: HashSet<(&'static str, &'static str)>,
    file: &'static str,
    pub(crate) played: usize,
    faults: Vec<String>,
}

impl Report {
    pub(crate) fn new(file: &'static str, reviewed: &'static [Reviewed], unused: &'static [&'static str]) -> Self {
        Self { reviewed, unused, met: HashSet::new(), needed: HashSet::new(), file, played: 0, faults: Vec::new() }
    }

    /// What is said of a scenario as a whole.
    fn said<T>(&mut self, scenario: &str, what: impl Fn(&'static Steps) -> Option<T>) -> Option<T> {
        let (reviewed, said) =
            self.reviewed.iter().filter(|reviewed| reviewed.scenario == scenario).find_map(|reviewed| Some((reviewed, what(&reviewed.steps)?)))?;
        self.needed.insert((reviewed.scenario, ""));
        Some(said)
    }

    /// Columns without which a scenario is played.
    pub(crate) fn without(&mut self, scenario: &str) -> &'static [&'static str] {
        let said = self.said(scenario, |steps| match steps {
            Steps::Without(columns) => Some(*columns),
            _ => None,
        });
        said.unwrap_or_default()
    }

    /// The step from which a scenario is not played.
    pub(crate) fn end(&mut self, scenario: &str) -> usize {
        let said = self.said(scenario, |steps| match steps {
            Steps::From(step) => Some(*step),
            _ => None,
        });
        said.unwrap_or(usize::MAX)
    }

    /// Whether a scenario's calls are made one after the other.
    pub(crate) fn in_turn(&mut self, scenario: &str) -> bool {
        self.said(scenario, |steps| matches!(steps, Steps::InTurn).then_some(())).is_some()
    }

    pub(crate) fn note(&mut self, scenario: &str, step: &str, outcome: Outcome) {
        self.played += 1;
        let review = self.reviewed.iter().filter(|reviewed| reviewed.scenario == scenario).find_map(|reviewed| match reviewed.steps {
            Steps::Only(steps) | Steps::Final(steps) => Some((reviewed, *steps.iter().find(|listed| **listed == step)?)),
            Steps::From(_) | Steps::Without(_) | Steps::InTurn => None,
        });
        if let Some((reviewed, step)) = review {
            self.needed.insert((reviewed.scenario, step));
        }
        if let Outcome::Refused(text) = &outcome {
            let what = text.split_once("does not do this: ").map_or(text.as_str(), |(_, what)| what);
            match self.unused.iter().find(|unused| what.starts_with(**unused)) {
                Some(unused) => {
                    self.met.insert(unused);
                }
                None => self.faults.push(format!("{scenario} [{step}] is refused: {what}")),
            }
            return;
        }
        match (outcome, review) {
            (Outcome::Same | Outcome::Refused(_), None) | (Outcome::Refused(_) | Outcome::Different(_), Some(_)) => {}
            (Outcome::Same, Some((reviewed, _))) => {
                self.faults.push(format!("{scenario} [{step}] answers as recorded, but is listed as different: {}", reviewed.why));
            }
            (Outcome::Different(text), None) => self.faults.push(format!("{scenario} [{step}] {text}")),
        }
    }

    pub(crate) fn compare(&mut self, scenario: &str, step: &str, recorded: &Value, answer: &Value) {
        self.note(scenario, step, Outcome::of(difference(recorded, answer)));
    }

    /// Compares what was recorded with an answer of the plugin API.
    pub(crate) fn compare_call(&mut self, scenario: &str, step: &str, recorded: &Value, answer: Result<Value, Refusal>) {
        let (recorded, answer) = match (recorded.get("error"), answer) {
            (_, Err(refusal)) if refusal.is_unsupported() => {
                return self.note(scenario, step, Outcome::Refused(refusal.message));
            }
            (Some(error), Err(refusal)) => (error.clone(), json!(refusal)),
            (Some(error), Ok(answer)) => (error.clone(), answer),
            (None, Err(refusal)) => (recorded.get("result").cloned().unwrap_or_default(), json!({"refused": refusal})),
            (None, Ok(answer)) => (recorded.get("result").cloned().unwrap_or_default(), answer),
        };
        self.compare(scenario, step, &recorded, &answer);
    }

    /// Compares a message between windows; nothing stands for one that did not come, or that was not recorded.
    pub(crate) fn compare_message(&mut self, scenario: &str, step: &str, recorded: Option<&Value>, arrived: Option<&Value>) {
        let outcome = match (recorded, arrived) {
            (_, Some(arrived)) if arrived["code"] == UNSUPPORTED => Outcome::Refused(arrived["mesg"].as_str().unwrap().to_owned()),
            (Some(recorded), Some(arrived)) => Outcome::of(difference_of_messages(recorded, arrived)),
            (recorded, arrived) => Outcome::Different(format!("recorded {}, arrived {}", json!(recorded), json!(arrived))),
        };
        self.note(scenario, step, outcome);
    }

    /// Something listed that was never met: it differs no longer, or is not played.
    fn stale(&self) -> Vec<String> {
        let listed = self.reviewed.iter().flat_map(|reviewed| {
            let steps: &[&str] = match reviewed.steps {
                Steps::Only(steps) | Steps::Final(steps) => steps,
                Steps::From(_) | Steps::Without(_) | Steps::InTurn => &[""],
            };
            steps.iter().map(|step| (reviewed.scenario, *step))
        });
        let unneeded = listed.filter(|listed| !self.needed.contains(listed)).map(|(scenario, step)| format!("{scenario} [{step}]"));
        let unmet = self.unused.iter().filter(|unused| !self.met.contains(*unused)).map(|unused| format!("refused: {unused}"));
        unneeded.chain(unmet).collect()
    }

    /// Fails with all that was found.
    pub(crate) fn finish(self, least: usize) {
        assert!(self.faults.is_empty(), "{}: {} of {} steps:\n{}", self.file, self.faults.len(), self.played, self.faults.join("\n"));
        let stale = self.stale();
        assert!(stale.is_empty(), "{}: listed, but never met: {stale:?}", self.file);
        assert!(self.played >= least, "{}: only {} steps were played", self.file, self.played);
        for unused in self.unused {
            println!("{}: refused loudly, not used by Relais: {unused}", self.file);
        }
        for reviewed in self.reviewed {
            println!("{}: {} {:?}: {}", self.file, reviewed.scenario, reviewed.steps, reviewed.why);
        }
        println!("{}: {} steps answered as recorded or reviewed", self.file, self.played);
    }
}
