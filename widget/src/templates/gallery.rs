//! Which templates the gallery shows.

use relais_engine::ds::DemarcheNumber;

use crate::proxy::ListedTemplate;

/// Some of the templates that the team may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Those that were made for a démarche that the team reads.
    ForDemarches,
    /// Its own.
    OfTeam,
    /// All of them.
    All,
}

impl Shown {
    /// In the order of their choice.
    pub const ALL: [Self; 3] = [Self::ForDemarches, Self::OfTeam, Self::All];

    /// Whether a template is one of them. `read` are the démarches that the team reads.
    pub fn holds(self, template: &ListedTemplate, read: &[DemarcheNumber]) -> bool {
        match self {
            Self::ForDemarches => read.contains(&template.demarche),
            Self::OfTeam => template.is_own,
            Self::All => true,
        }
    }

    /// How many there are.
    pub fn count(self, listed: &[ListedTemplate], read: &[DemarcheNumber]) -> usize {
        listed.iter().filter(|template| self.holds(template, read)).count()
    }

    /// What is shown before anything is chosen.
    pub fn at_first(listed: &[ListedTemplate], read: &[DemarcheNumber]) -> Self {
        if Self::ForDemarches.count(listed, read) > 0 { Self::ForDemarches } else { Self::All }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::json;
    use serde_json::json;

    use super::*;

    fn listed(demarche: i64, is_own: bool) -> ListedTemplate {
        json::from_value(&json!({
            "id": "t1", "name": "Suivi", "description": "", "team": "A", "is_own": is_own, "visibility": "all", "demarche": demarche, "tables": 1,
            "columns": 4, "version": 1, "revision": 1, "withdrawn": false, "updated_at": "2026-11-12T10:00:00Z", "uses": 1,
        }))
        .unwrap()
    }

    #[test]
    fn what_can_be_used_comes_first_when_there_is_some() {
        let all = [listed(1, false), listed(2, true), listed(3, false)];
        let read = [DemarcheNumber::new(1).unwrap(), DemarcheNumber::new(7).unwrap()];
        assert_eq!(Shown::ALL.map(|shown| shown.count(&all, &read)), [1, 1, 3]);
        assert_eq!(Shown::at_first(&all, &read), Shown::ForDemarches);
        assert_eq!(Shown::at_first(&all, &read[1..]), Shown::All);
        assert_eq!(Shown::at_first(&[], &read), Shown::All);
    }
}
