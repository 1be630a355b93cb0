//! Scope: the filters that say which dossiers a connexion follows, and what becomes of those that it follows no longer.

use serde::Serialize;

use crate::{
    Day, Timestamp,
    ds::{DossierState, Standing},
    json::{FromJson, Json, Malformed},
    naming::names,
    sorted::SortedSet,
};

/// Which dossiers belong. Each filter that is empty lets everything through; drafts are never given by DS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// In one of these states.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub states: SortedSet<DossierState>,
    /// Deposited on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Deposited on this day or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Of one of these groupes instructeurs, by number.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub groupes: SortedSet<i64>,
    /// With one of these labels, by id: labels may be renamed.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub labels: SortedSet<Box<str>>,
    /// The archived ones alone, or the others alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

impl FromJson for Scope {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            states: json.read_or_default("states")?,
            from: json.read("from")?,
            until: json.read("until")?,
            groupes: json.read_or_default("groupes")?,
            labels: json.read_or_default("labels")?,
            archived: json.read("archived")?,
        })
    }
}

names! {
    /// What becomes of the row of a dossier.
    #[derive(Default)]
    Fate {
        /// It stays, and says what happened.
        #[default]
        Mark = "mark",
        /// It is removed, with its rows of other tables.
        Remove = "remove",
    }
}

/// What becomes of the rows of dossiers that are no longer followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Keeping {
    /// Of those that DS no longer serves (rule 8).
    pub deleted: Fate,
    /// Of those that the scope leaves out; when they stay, they are kept up to date (rule 9).
    pub outside: Fate,
}

impl FromJson for Keeping {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { deleted: json.read_or_default("deleted")?, outside: json.read_or_default("outside")? })
    }
}

/// What DS itself filters of a list of all dossiers. It has no more than this (facts/ds-api.md, section 4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceFilter {
    /// In this state.
    pub state: Option<DossierState>,
    /// Deposited since.
    pub created_since: Option<Timestamp>,
    /// The archived ones alone, or the others alone.
    pub archived: Option<bool>,
}

impl Scope {
    /// Whether it leaves anything out.
    pub fn is_filter(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a dossier belongs.
    pub fn holds(&self, dossier: Standing<'_>) -> bool {
        let one_of = |is_filter: bool, found: bool| !is_filter || found;
        one_of(!self.states.is_empty(), self.states.contains(&dossier.state))
            && self.from.is_none_or(|day| dossier.date_depot >= day.start())
            && self.until.is_none_or(|day| dossier.date_depot < day.end())
            && one_of(!self.groupes.is_empty(), dossier.groupe.is_some_and(|groupe| self.groupes.contains(&groupe)))
            && one_of(!self.labels.is_empty(), dossier.labels.iter().any(|label| self.labels.contains(&label.id)))
            && self.archived.is_none_or(|archived| dossier.archived == archived)
    }

    /// Whether every dossier deposited later is left out as well.
    pub fn ends_before(&self, date_depot: Timestamp) -> bool {
        self.until.is_some_and(|day| date_depot >= day.end())
    }

    /// The part of it that DS can filter. Never for a list of changes: a dossier that leaves must be seen to leave.
    pub fn at_source(&self) -> SourceFilter {
        let mut states = self.states.iter();
        let state = states.next().copied().filter(|_| states.next().is_none());
        SourceFilter { state, created_since: self.from.map(Day::start), archived: self.archived }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::{ds::DossierLabel, json};

    fn standing(labels: &[DossierLabel]) -> Standing<'_> {
        Standing {
            state: DossierState::EnInstruction,
            archived: false,
            date_depot: Timestamp::parse("2026-09-01T00:30:00+02:00").unwrap(),
            groupe: Some(7),
            labels,
        }
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn each_filter_leaves_out_what_it_says() {
        let labels = [DossierLabel { id: "L1".into(), name: "Complet".into() }];
        let dossier = standing(&labels);
        let whole = Scope::default();
        assert!(whole.holds(dossier) && !whole.is_filter());
        let holds = [
            Scope { states: [DossierState::EnInstruction, DossierState::Accepte].into(), ..Scope::default() },
            // In Paris it is the first of September already.
            Scope { from: Some(day("2026-09-01")), until: Some(day("2026-09-01")), ..Scope::default() },
            Scope { groupes: [7, 8].into(), ..Scope::default() },
            Scope { labels: ["L1".into(), "L2".into()].into(), ..Scope::default() },
            Scope { archived: Some(false), ..Scope::default() },
        ];
        let leaves_out = [
            Scope { states: [DossierState::Accepte].into(), ..Scope::default() },
            Scope { from: Some(day("2026-09-02")), ..Scope::default() },
            Scope { until: Some(day("2026-08-31")), ..Scope::default() },
            Scope { groupes: [8].into(), ..Scope::default() },
            Scope { labels: ["Complet".into()].into(), ..Scope::default() },
            Scope { archived: Some(true), ..Scope::default() },
        ];
        for scope in holds {
            assert!(scope.is_filter() && scope.holds(dossier), "{scope:?}");
        }
        for scope in leaves_out {
            assert!(!scope.holds(dossier), "{scope:?}");
        }
        assert!(!Scope { labels: ["L1".into()].into(), ..Scope::default() }.holds(standing(&[])));
        assert!(!Scope { groupes: [7].into(), ..Scope::default() }.holds(Standing { groupe: None, ..dossier }));
    }

    #[test]
    fn ds_filters_one_state_at_most() {
        let one = Scope { states: [DossierState::Accepte].into(), from: Some(day("2026-09-01")), archived: Some(false), ..Scope::default() };
        let filter = one.at_source();
        assert_eq!((filter.state, filter.archived), (Some(DossierState::Accepte), Some(false)));
        assert_eq!(filter.created_since, Some(Timestamp::parse("2026-08-31T22:00:00Z").unwrap()));
        let two = Scope { states: [DossierState::Accepte, DossierState::Refuse].into(), ..Scope::default() };
        assert_eq!(two.at_source(), SourceFilter::default());
    }

    #[test]
    fn it_goes_there_and_back() {
        let scope = Scope {
            states: [DossierState::Accepte].into(),
            from: Some(day("2026-09-01")),
            until: None,
            groupes: [7].into(),
            labels: ["L1".into()].into(),
            archived: Some(false),
        };
        let text = serde_json::to_string(&scope).unwrap();
        assert_eq!(text, r#"{"states":["accepte"],"from":"2026-09-01","groupes":[7],"labels":["L1"],"archived":false}"#);
        assert_eq!(json::read::<Scope>(text.as_bytes()).unwrap(), scope);
        assert_eq!(json::read::<Scope>(b"{}").unwrap(), Scope::default());
    }
}
