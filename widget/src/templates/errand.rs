//! How the proxy is asked about templates.

use gloo_net::http::Method;
use relais_engine::json;
use serde_json::json;

use crate::{
    fold::{fold, holds},
    proxy::{ListedTemplate, Visibility},
    team::Request,
};

/// Something that is asked. Ids are the proxy's; revisions are of what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Those that the team may see.
    List,
    /// One with its latest version.
    Show(String),
    /// The file of one of its versions.
    Version(String, i64),
    /// To keep this file as a template of the team.
    Create(String),
    /// To make this file the next version of a template.
    Renew(String, i64, String),
    /// To share a template with these teams.
    Share(String, i64, Visibility, Vec<String>),
    /// To withdraw a template.
    Withdraw(String, i64),
    /// The teams that a template can be shared with.
    Teams,
}

impl Errand {
    /// How the proxy is asked.
    pub fn request(self) -> Request {
        const TEMPLATES: &str = "api/templates";
        let of = |id: &str| [TEMPLATES, "/", id].concat();
        let (method, path, body, seen) = match self {
            Self::List => (Method::GET, TEMPLATES.to_owned(), None, None),
            Self::Show(id) => (Method::GET, of(&id), None, None),
            Self::Version(id, number) => (Method::GET, format!("{TEMPLATES}/{id}/versions/{number}"), None, None),
            Self::Create(file) => (Method::POST, TEMPLATES.to_owned(), Some(file), None),
            Self::Renew(id, seen, file) => (Method::PUT, of(&id), Some(file), Some(seen)),
            Self::Share(id, seen, visibility, teams) => {
                (Method::PATCH, of(&id), Some(json::write(&json!({ "visibility": visibility.as_str(), "teams": teams }))), Some(seen))
            }
            Self::Withdraw(id, seen) => (Method::DELETE, of(&id), None, Some(seen)),
            Self::Teams => (Method::GET, "api/teams".to_owned(), None, None),
        };
        Request { method, path, body, seen }
    }
}

/// Whether a template answers a search by name, description, team or number of démarche.
pub fn answers(template: &ListedTemplate, search: &str) -> bool {
    let text = format!("{} {} {} {}", template.name, template.description, template.team, template.demarche);
    holds(&fold(&text), search)
}

/// The name of the file of a template: « modele-suivi-detr-dsil.json ».
pub fn file_name(name: &str) -> String {
    let mut words = String::from("modele");
    for word in fold(name).split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if words.len() + word.len() > 60 {
            break;
        }
        words.push('-');
        words.push_str(word);
    }
    words + ".json"
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn asked(errand: Errand) -> String {
        let request = errand.request();
        format!("{request:?} {} {:?}", request.body.as_deref().unwrap_or("-"), request.seen)
    }

    #[test]
    fn each_errand_has_its_request() {
        let text = |text: &str| text.to_owned();
        assert_eq!(asked(Errand::List), "GET api/templates - None");
        assert_eq!(asked(Errand::Show(text("t1"))), "GET api/templates/t1 - None");
        assert_eq!(asked(Errand::Version(text("t1"), 3)), "GET api/templates/t1/versions/3 - None");
        assert_eq!(asked(Errand::Create(text("{}"))), "POST api/templates {} None");
        assert_eq!(asked(Errand::Renew(text("t1"), 7, text("{}"))), "PUT api/templates/t1 {} Some(7)");
        let shared = Errand::Share(text("t1"), 7, Visibility::Teams, vec![text("a")]);
        assert_eq!(asked(shared), r#"PATCH api/templates/t1 {"teams":["a"],"visibility":"teams"} Some(7)"#);
        assert_eq!(asked(Errand::Withdraw(text("t1"), 7)), "DELETE api/templates/t1 - Some(7)");
        assert_eq!(asked(Errand::Teams), "GET api/teams - None");
    }

    #[test]
    fn a_search_looks_at_names_descriptions_teams_and_numbers() {
        let template: ListedTemplate = json::from_value(&json!({
            "id": "t1", "name": "Suivi DETR", "description": "Montants", "team": "Préfecture du Bas-Rhin", "is_own": false, "visibility": "all",
            "demarche": 131_016, "tables": 3, "columns": 42, "version": 4, "revision": 5, "withdrawn": false,
            "updated_at": "2026-11-12T10:00:00Z", "uses": 6,
        }))
        .unwrap();
        for search in ["detr", "montants", "prefecture", "1310", ""] {
            assert!(answers(&template, search), "{search}");
        }
        assert!(!answers(&template, "fonds vert"));
    }

    #[test]
    fn a_file_is_named_after_its_template() {
        assert_eq!(file_name("Suivi DETR-DSIL : l’été"), "modele-suivi-detr-dsil-l-ete.json");
        assert_eq!(file_name("…"), "modele.json");
        assert!(file_name(&"long ".repeat(100)).len() < 70);
    }
}
