//! Newer versions of the templates that connexions come from.

use relais_engine::sync::Connexion;

use crate::proxy::ListedTemplate;

/// A connexion whose template has a newer version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// The id of the connexion.
    pub connexion: String,
    /// What it is of.
    pub title: String,
    /// The version that it follows.
    pub followed: i64,
    /// Its template.
    pub template: ListedTemplate,
}

/// The connexions that can take up a newer version, but for those whose agent has looked at it and did not want it.
pub fn newer_versions(connexions: &[Connexion], listed: &[ListedTemplate]) -> Vec<Newer> {
    let mut newer = Vec::new();
    for connexion in connexions {
        let Some(followed) = &connexion.template else { continue };
        if let Some(template) = listed.iter().find(|template| template.id == followed.id && followed.is_news(template.version)) {
            newer.push(Newer {
                connexion: connexion.id.clone(),
                title: connexion.mapping.title.clone(),
                followed: followed.version,
                template: template.clone(),
            });
        }
    }
    newer
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::{json, sync::FollowedTemplate};
    use serde_json::json;

    use super::{
        super::fitting::tests::{form, mapping},
        *,
    };

    fn listed(version: i64) -> ListedTemplate {
        json::from_value(&json!({
            "id": "t1", "name": "Suivi", "description": "", "team": "A", "is_own": true, "visibility": "team", "demarche": 1, "tables": 1,
            "columns": 4, "version": version, "revision": version, "withdrawn": false, "updated_at": "2026-11-12T10:00:00Z", "uses": 1,
        }))
        .unwrap()
    }

    fn followed(version: i64) -> FollowedTemplate {
        FollowedTemplate { id: "t1".to_owned(), version, declined: Vec::new(), passed_over: None }
    }

    #[test]
    fn only_what_follows_an_older_version_is_told() {
        let mut connexion = Connexion::new(mapping(&form(1, &[("a", "Nom")])), &[]);
        assert_eq!(newer_versions(&[connexion.clone()], &[listed(4)]), []);
        connexion.template = Some(followed(4));
        assert_eq!(newer_versions(&[connexion.clone()], &[listed(4)]), []);
        connexion.template = Some(followed(3));
        assert_eq!(newer_versions(&[connexion.clone()], &[]), [], "it is no longer shared");
        let newer = newer_versions(&[connexion], &[listed(4)]);
        assert_eq!(newer.iter().map(|newer| (newer.connexion.as_str(), newer.followed, newer.template.version)).collect::<Vec<_>>(), [("1", 3, 4)]);
    }

    #[test]
    fn a_version_that_was_not_wanted_is_not_told_again_and_the_next_one_is() {
        let mut connexion = Connexion::new(mapping(&form(1, &[("a", "Nom")])), &[]);
        connexion.template = Some(FollowedTemplate { passed_over: Some(4), ..followed(3) });
        assert_eq!(newer_versions(&[connexion.clone()], &[listed(4)]), []);
        let newer = newer_versions(&[connexion], &[listed(5)]);
        assert_eq!(newer.iter().map(|newer| (newer.followed, newer.template.version)).collect::<Vec<_>>(), [(3, 5)]);
    }
}
