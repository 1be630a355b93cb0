//! Newer versions of the templates that connexions come from.

use relais_engine::{
    sync::{Connexion, FollowedTemplate},
    template::{Applied, Difference, TemplateChange, upgrade},
};

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

/// The connexions that can take up a newer version.
pub fn newer_versions(connexions: &[Connexion], listed: &[ListedTemplate]) -> Vec<Newer> {
    let mut newer = Vec::new();
    for connexion in connexions {
        let Some(FollowedTemplate { id, version, .. }) = &connexion.template else { continue };
        if let Some(template) = listed.iter().find(|template| template.id == *id && template.version > *version) {
            newer.push(Newer {
                connexion: connexion.id.clone(),
                title: connexion.mapping.title.clone(),
                followed: *version,
                template: template.clone(),
            });
        }
    }
    newer
}

/// Has a connexion take up a version: what the version brings, and what the agent did not change. `older` is the version that
/// it follows, when that is known.
pub fn take_up(connexion: &mut Connexion, newer: &Applied, older: Option<&Applied>, version: i64) {
    let difference = Difference::between(connexion, newer, older);
    connexion.mapping = upgrade(&connexion.mapping, &newer.mapping, older.map(|older| &older.mapping));
    let (mut scope, mut keeping) = (connexion.scope.clone(), connexion.keeping);
    for change in difference.changes {
        match change {
            TemplateChange::Scope { to, .. } => scope = to,
            TemplateChange::Keeping { to, .. } => keeping = to,
            _ => {}
        }
    }
    connexion.follow(scope, keeping);
    if let Some(followed) = &mut connexion.template {
        followed.version = version;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::{json, mapping::Scope};
    use serde_json::json;

    use super::{
        super::fitting::{
            Fitting,
            tests::{form, mapping, template},
        },
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
        FollowedTemplate { id: "t1".to_owned(), version, declined: Vec::new() }
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
    fn a_version_is_taken_up_and_what_the_agent_chose_stays() {
        let (old_form, new_form) = (form(1, &[("a", "Nom")]), form(1, &[("a", "Nom"), ("b", "Zonage")]));
        let applied = |form| {
            let template = template(form);
            Fitting::new(&template, &new_form).apply(&template, &new_form)
        };
        let (older, mut newer) = (applied(&old_form), applied(&new_form));
        let mut connexion = Connexion::new(older.mapping.clone(), &[]);
        connexion.template = Some(followed(1));
        let ours = Scope { archived: Some(true), ..Scope::default() };
        connexion.follow(ours.clone(), connexion.keeping);
        take_up(&mut connexion, &newer, Some(&older), 2);
        let has =
            |connexion: &Connexion, name: &str| connexion.mapping.tables.iter().any(|table| table.columns.iter().any(|column| column.name == name));
        assert!(has(&connexion, "Zonage"));
        assert_eq!((connexion.template.clone(), &connexion.scope), (Some(followed(2)), &ours));
        // A scope that the version changed is taken up.
        newer.scope = Scope { archived: Some(false), ..Scope::default() };
        take_up(&mut connexion, &newer, Some(&older), 3);
        assert_eq!(connexion.scope, newer.scope);
    }
}
