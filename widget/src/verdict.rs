//! What became of a run, and what to offer next.

use relais_engine::sync::{Outcome, PlanError, ProblemKind, Stop};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every dossier is as DS has it.
    Done,
    /// All but some; never called a success (rule 10).
    DoneBut(usize),
    /// It stopped before its end.
    Interrupted,
    /// It stopped before it wrote anything.
    NotStarted,
}

impl Verdict {
    /// Reads it from the outcome.
    pub fn of(outcome: &Outcome) -> Self {
        match (&outcome.stop, outcome.report.failed()) {
            (Some(Stop::Cancelled), _) => Self::Interrupted,
            (Some(_), _) if outcome.last_action.is_some() => Self::Interrupted,
            (Some(_), _) => Self::NotStarted,
            (None, 0) => Self::Done,
            (None, failed) => Self::DoneBut(failed),
        }
    }
}

/// What running again would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Make what was removed from the document anew, and read everything.
    Recreate,
    /// Start what could not start.
    TryAgain,
    /// Go on from where it stopped.
    Resume,
    /// Ask again for the dossiers that DS did not serve.
    Retry(usize),
    /// Look for changes.
    Again,
}

impl Next {
    /// `unserved` are the dossiers to ask for again. The others failed by their values: asking again changes nothing.
    pub fn of(outcome: &Outcome, unserved: usize) -> Self {
        if is_something_missing(outcome) {
            Self::Recreate
        } else if Verdict::of(outcome) == Verdict::NotStarted {
            Self::TryAgain
        } else if outcome.stop.is_some() {
            Self::Resume
        } else if unserved > 0 {
            Self::Retry(unserved)
        } else {
            Self::Again
        }
    }

    /// Whether most people will want it, rather than to leave.
    pub fn is_urgent(self) -> bool {
        self != Self::Again
    }
}

/// Whether a mapped table or column was removed from the document: Relais makes it anew only when told to (rule 4).
fn is_something_missing(outcome: &Outcome) -> bool {
    let is_missing = |kind: &ProblemKind| matches!(kind, ProblemKind::MissingColumn { .. } | ProblemKind::MissingTable { .. });
    let is_in_plan = match &outcome.stop {
        Some(Stop::Plan(PlanError::MainTableMissing(_))) => true,
        Some(Stop::Plan(PlanError::KeyColumn(problem))) => is_missing(&problem.kind),
        _ => false,
    };
    is_in_plan || outcome.report.problems.iter().any(|problem| is_missing(&problem.kind))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::{
        ds::{DemarcheNumber, DossierNumber, SourceErrorCode},
        sync::{Problem, Report},
    };

    use super::*;

    fn outcome(stop: Option<Stop>, problems: Vec<Problem>, last_action: Option<i64>) -> Outcome {
        let demarche = DemarcheNumber::new(1).unwrap();
        Outcome { report: Report { problems, ..Report::default() }, stop, last_action, demarche }
    }

    fn unserved() -> Problem {
        Problem { dossier: Some(DossierNumber::new(7).unwrap()), kind: ProblemKind::Unserved(SourceErrorCode::Timeout) }
    }

    fn missing_column() -> Problem {
        Problem { dossier: None, kind: ProblemKind::MissingColumn { column: "Commune".to_owned() } }
    }

    #[test]
    fn a_run_with_failures_is_no_success() {
        assert_eq!(Verdict::of(&outcome(None, vec![], None)), Verdict::Done);
        assert_eq!(Verdict::of(&outcome(None, vec![unserved()], Some(3))), Verdict::DoneBut(1));
    }

    #[test]
    fn a_stop_tells_whether_something_is_written() {
        let down = || Some(Stop::Source(SourceErrorCode::DsUnavailable.into()));
        assert_eq!(Verdict::of(&outcome(down(), vec![], Some(3))), Verdict::Interrupted);
        assert_eq!(Verdict::of(&outcome(down(), vec![], None)), Verdict::NotStarted);
        assert_eq!(Verdict::of(&outcome(Some(Stop::Cancelled), vec![], None)), Verdict::Interrupted);
    }

    #[test]
    fn what_is_offered_is_what_helps() {
        assert_eq!(Next::of(&outcome(None, vec![], None), 0), Next::Again);
        assert_eq!(Next::of(&outcome(None, vec![unserved()], Some(3)), 1), Next::Retry(1));
        assert_eq!(Next::of(&outcome(Some(Stop::Cancelled), vec![unserved()], Some(3)), 1), Next::Resume);
        let held = Some(Stop::Source(SourceErrorCode::LeaseHeld.into()));
        assert_eq!(Next::of(&outcome(held, vec![], None), 0), Next::TryAgain);
        assert_eq!(Next::of(&outcome(None, vec![missing_column()], None), 0), Next::Recreate);
        let gone = Some(Stop::Plan(PlanError::MainTableMissing("Suivi".to_owned())));
        assert_eq!(Next::of(&outcome(gone, vec![], None), 0), Next::Recreate);
        assert!(Next::Recreate.is_urgent() && Next::Retry(1).is_urgent());
        // Values that do not fit would not fit the next time either.
        assert!(!Next::Again.is_urgent());
    }
}
