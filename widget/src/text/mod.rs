//! Every French sentence of the widget. Names that come from Démarches Simplifiées or from the document are shown as they
//! are, between « ».

pub mod changes;
pub mod demarche;
pub mod errors;
pub mod fields;
pub mod home;
pub mod moments;
pub mod run;
pub mod scope;
pub mod siblings;
pub mod states;
pub mod team;
pub mod templates;
pub mod versions;

/// The name of the application, at the end of the page's title.
pub const RELAIS: &str = "Relais";
/// The first link of the page.
pub const SKIP: &str = "Aller au contenu";
/// The home screen.
pub const HOME: &str = "Accueil";
/// When another page may be opened.
pub const RUNNING: &str = "Après la synchronisation en cours.";
/// The page of the templates.
pub const TEMPLATES: &str = "Modèles";
/// The page of the team.
pub const TEAM: &str = "Équipe";
/// The name of the list of areas.
pub const AREAS: &str = "Relais";
/// The name of the list of steps.
pub const STEPS: &str = "Étapes";
/// The steps of a connexion.
pub const STEP_NAMES: [&str; 3] = ["Démarche", "Champs", "Synchronisation"];
/// The name of the bar of buttons, and of those in a table.
pub const ACTIONS: &str = "Actions";
/// While something loads.
pub const LOADING: &str = "Chargement…";
/// Said of a value that was copied.
pub const COPIED: &str = "Copié";
/// Asks again for what failed.
pub const RETRY: &str = "Réessayer";

/// « Étape 2 sur 3 ».
pub fn step_of(step: usize) -> String {
    format!("Étape {step} sur {}", STEP_NAMES.len())
}

/// « Champs · Relais ».
pub fn page_title(title: &str) -> String {
    format!("{title} · {RELAIS}")
}

/// « Utilisateur n° 42 »: Grist gives no name.
pub fn user(number: i64) -> String {
    format!("Utilisateur n° {number}")
}

/// « DETR » between « ».
pub fn quoted(name: &str) -> String {
    format!("« {name} »")
}

#[cfg(test)]
mod tests {
    /// The texts of all screens, as they are written.
    const SOURCES: [(&str, &str); 14] = [
        ("mod.rs", include_str!("mod.rs")),
        ("changes.rs", include_str!("changes.rs")),
        ("demarche.rs", include_str!("demarche.rs")),
        ("errors.rs", include_str!("errors.rs")),
        ("fields.rs", include_str!("fields.rs")),
        ("home.rs", include_str!("home.rs")),
        ("moments.rs", include_str!("moments.rs")),
        ("run.rs", include_str!("run.rs")),
        ("scope.rs", include_str!("scope.rs")),
        ("siblings.rs", include_str!("siblings.rs")),
        ("states.rs", include_str!("states.rs")),
        ("team.rs", include_str!("team.rs")),
        ("templates.rs", include_str!("templates.rs")),
        ("versions.rs", include_str!("versions.rs")),
    ];

    /// The literals of a source, but for its tests.
    fn literals(source: &str) -> impl Iterator<Item = &str> {
        let code = source.split("#[cfg(test)]").next().unwrap_or(source);
        code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| line.split('"').skip(1).step_by(2))
    }

    #[test]
    fn typography_is_french() {
        let mut seen = 0;
        for (name, source) in SOURCES {
            for literal in literals(source) {
                seen += 1;
                for wrong in ["'", "« ", " »", " :", " ;", " ?", " !", " %", "...", "n° "] {
                    assert!(!literal.contains(wrong), "{name}: « {literal} » has « {wrong} » with an ordinary space or sign");
                }
                for word in ["mapping", "token", "template", "sync ", "Veuillez", "Oups", "Désolé", "OK"] {
                    assert!(!literal.contains(word), "{name}: « {literal} » says « {word} »");
                }
            }
        }
        assert!(seen > 100, "only {seen} texts were found");
    }
}
