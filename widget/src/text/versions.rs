//! What a template follows, and what a newer version of it changes.

use relais_engine::{
    ds::Demarche,
    letters::small,
    mapping::{Fate, Scope},
    template::{TemplateChange, TemplateScope},
    words::{self, count},
};

use super::{moments, quoted, scope};

/// Which dossiers: « en construction ou accepté ; groupe instructeur « Nord » ; archivés exclus ».
pub fn scope(chosen: &TemplateScope) -> String {
    let one_of = |names: Vec<String>| match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} ou {last}", others.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    };
    let mut parts = Vec::new();
    if !chosen.states.is_empty() {
        parts.push(one_of(chosen.states.iter().map(|state| small(words::state(*state))).collect()));
    }
    match (chosen.from, chosen.until) {
        (Some(from), Some(until)) => parts.push(format!("déposés du {} au {}", moments::date(from.start()), moments::date(until.start()))),
        (Some(from), None) => parts.push(format!("déposés à partir du {}", moments::date(from.start()))),
        (None, Some(until)) => parts.push(format!("déposés jusqu’au {}", moments::date(until.start()))),
        (None, None) => {}
    }
    if !chosen.groupes.is_empty() {
        // One that the démarche no longer has is known by its number alone.
        let named = chosen.groupes.iter().map(|groupe| if groupe.name.is_empty() { format!("n° {}", groupe.number) } else { quoted(&groupe.name) });
        parts.push(format!("groupe instructeur {}", one_of(named.collect())));
    }
    if !chosen.labels.is_empty() {
        let named = chosen.labels.iter().map(|label| if label.name.is_empty() { "disparue".to_owned() } else { quoted(&label.name) });
        parts.push(format!("avec l’étiquette {}", one_of(named.collect())));
    }
    match chosen.archived {
        Some(false) => parts.push("archivés exclus".to_owned()),
        Some(true) => parts.push("archivés seulement".to_owned()),
        None => {}
    }
    if parts.is_empty() { small(&scope::summary(&Scope::default())) } else { parts.join(" ; ") }
}

/// The same, where a sentence begins.
pub fn capital(text: String) -> String {
    moments::capitalised(text)
}

/// What becomes of deleted dossiers.
pub const fn deleted(fate: Fate) -> &'static str {
    match fate {
        Fate::Mark => "Les dossiers supprimés sont marqués, pas retirés",
        Fate::Remove => "Les lignes des dossiers supprimés sont retirées",
    }
}

/// What becomes of dossiers that leave the choice.
const fn outside(fate: Fate) -> &'static str {
    match fate {
        Fate::Mark => "Les dossiers qui sortent de ce choix sont marqués, pas retirés",
        Fate::Remove => "Les lignes des dossiers qui sortent de ce choix sont retirées",
    }
}

/// The same, where dossiers can leave.
pub fn leaves(chosen: &TemplateScope, fate: Fate) -> Option<&'static str> {
    (!chosen.is_whole() || fate == Fate::Remove).then(|| outside(fate))
}

/// A difference that a version makes. `form` names what its filters go by.
pub fn change(change: &TemplateChange, form: &Demarche) -> String {
    let kind = words::column_type;
    match change {
        TemplateChange::TableAdded { table, columns } => format!("Nouvelle table « {table} », {}.", count(*columns, "colonne", "colonnes")),
        TemplateChange::TableRemoved { table } => {
            format!("La table « {table} » n’est plus dans le modèle. Elle reste dans votre document, et Relais continue de la remplir.")
        }
        TemplateChange::ColumnAdded { table, column, column_type } => {
            format!("Nouvelle colonne « {column} » ({}) dans « {table} ».", kind(column_type))
        }
        TemplateChange::ColumnRemoved { column, .. } => {
            format!("La colonne « {column} » n’est plus dans le modèle. Elle reste dans votre document, et Relais continue de la remplir.")
        }
        TemplateChange::ColumnRenamed { from, to, .. } => format!("La colonne « {from} » s’appellera « {to} »."),
        TemplateChange::ColumnRetyped { column, from, to, .. } => format!(
            "La colonne « {column} » passera de {} à {}. Les valeurs seront réécrites ; ce qui n’y tient pas est gardé dans une colonne à part.",
            kind(from),
            kind(to)
        ),
        TemplateChange::SourcesAdded { column, sources, .. } => {
            format!("La colonne « {column} » est remplie par {} de plus.", count(*sources, "champ", "champs"))
        }
        TemplateChange::Scope { to, outside, .. } => {
            let chosen = format!("Dossiers à importer : {}.", scope(&TemplateScope::of(to, form)));
            match outside {
                _ if !to.is_filter() => chosen,
                Fate::Mark => format!("{chosen} Les lignes des autres restent à jour et sont marquées « Hors sélection »."),
                Fate::Remove => {
                    format!("{chosen} Les lignes des autres seront retirées, avec ce que vous y avez écrit : c’est le choix de cette connexion.")
                }
            }
        }
        TemplateChange::Deleted(fate) => format!("{}.", deleted(*fate)),
        TemplateChange::Outside(fate) => format!("{}.", outside(*fate)),
    }
}

/// A difference that stays.
pub fn kept(change: &TemplateChange, form: &Demarche) -> String {
    let kind = words::column_type;
    match change {
        TemplateChange::TableAdded { table, .. } => format!("Vous avez retiré la table « {table} », que le modèle a."),
        TemplateChange::TableRemoved { table } => format!("Vous avez ajouté la table « {table} », que le modèle n’a pas."),
        TemplateChange::ColumnAdded { column, .. } => format!("Vous avez retiré la colonne « {column} », que le modèle a."),
        TemplateChange::ColumnRemoved { column, .. } => format!("La colonne « {column} » n’est pas dans le modèle."),
        TemplateChange::ColumnRenamed { from, to, .. } => format!("La colonne « {from} » garde son nom : « {to} » dans le modèle."),
        TemplateChange::ColumnRetyped { column, from, to, .. } => {
            format!("La colonne « {column} » garde son type, {} : {} dans le modèle.", kind(from), kind(to))
        }
        TemplateChange::Scope { to, .. } => {
            format!("Vos dossiers à importer restent les mêmes. Dans le modèle : {}.", scope(&TemplateScope::of(to, form)))
        }
        TemplateChange::Deleted(Fate::Remove) => stays("Les lignes des dossiers supprimés restent, marquées"),
        TemplateChange::Outside(Fate::Remove) => stays("Les lignes des dossiers qui sortent de votre choix restent, marquées"),
        TemplateChange::Deleted(Fate::Mark) => "Les lignes des dossiers supprimés sont retirées. Le modèle les garde, marquées.".to_owned(),
        TemplateChange::Outside(Fate::Mark) => {
            "Les lignes des dossiers qui sortent de votre choix sont retirées. Le modèle les garde, marquées.".to_owned()
        }
        TemplateChange::SourcesAdded { .. } => self::change(change, form),
    }
}

fn stays(what: &str) -> String {
    format!("{what}. Le modèle les retire : si vous le voulez aussi, choisissez-le dans « Modifier les champs ».")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::{grist::ColumnType, json};

    use super::*;

    /// A text without its no-break spaces, to be read here.
    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    fn form() -> Demarche {
        json::from_value(&serde_json::json!({
            "number": 1, "title": "Aides", "state": "publiee", "labels": [{ "id": "L1", "name": "Urgent", "color": "pink_macaron" }],
            "groupeInstructeurs": [{ "id": "G1", "number": 7, "label": "Nord" }, { "id": "G2", "number": 8, "label": "Sud" }],
            "activeRevision": { "id": "R", "datePublication": null, "champDescriptors": [], "annotationDescriptors": [] },
        }))
        .unwrap()
    }

    #[test]
    fn changes_are_told_in_words() {
        let told = |told: &TemplateChange| plain(&change(told, &form()));
        let added = TemplateChange::ColumnAdded { table: "Suivi".to_owned(), column: "Zonage".to_owned(), column_type: ColumnType::Text };
        assert_eq!(told(&added), "Nouvelle colonne « Zonage » (Texte) dans « Suivi ».");
        let retyped = TemplateChange::ColumnRetyped {
            table: "Suivi".to_owned(),
            column: "Zonage".to_owned(),
            from: ColumnType::Text,
            to: ColumnType::ChoiceList,
        };
        assert!(told(&retyped).starts_with("La colonne « Zonage » passera de Texte à Choix multiple."), "{}", told(&retyped));
        assert_eq!(plain(&kept(&retyped, &form())), "La colonne « Zonage » garde son type, Texte : Choix multiple dans le modèle.");
    }

    #[test]
    fn which_dossiers_is_told_with_what_becomes_of_the_others() {
        let day = |text: &str| relais_engine::Day::parse(text).unwrap();
        let scope = Scope {
            states: [relais_engine::ds::DossierState::EnInstruction, relais_engine::ds::DossierState::Accepte].into(),
            from: Some(day("2026-09-01")),
            until: Some(day("2026-12-31")),
            groupes: [7, 8, 9].into(),
            labels: ["L1".into()].into(),
            archived: Some(false),
        };
        let words = "en instruction ou accepté ; déposés du 1er septembre 2026 au 31 décembre 2026 ; \
                     groupe instructeur « Nord », « Sud » ou n° 9 ; avec l’étiquette « Urgent » ; archivés exclus";
        let named = TemplateScope::of(&scope, &form());
        assert_eq!(plain(&super::scope(&named)), words);
        assert!(capital(super::scope(&named)).starts_with("En instruction"));
        let of = |outside, to: &Scope| plain(&change(&TemplateChange::Scope { from: Scope::default(), to: to.clone(), outside }, &form()));
        assert_eq!(
            of(Fate::Mark, &scope),
            format!("Dossiers à importer : {words}. Les lignes des autres restent à jour et sont marquées « Hors sélection ».")
        );
        assert!(of(Fate::Remove, &scope).contains("seront retirées, avec ce que vous y avez écrit"));
        assert_eq!(of(Fate::Remove, &Scope::default()), "Dossiers à importer : tous sauf les brouillons.");
        // Both fates, in the preview and in the difference.
        assert_eq!(leaves(&TemplateScope::default(), Fate::Mark), None);
        assert_eq!(leaves(&named, Fate::Mark), Some("Les dossiers qui sortent de ce choix sont marqués, pas retirés"));
        assert_eq!(leaves(&TemplateScope::default(), Fate::Remove), Some("Les lignes des dossiers qui sortent de ce choix sont retirées"));
        assert_eq!(deleted(Fate::Remove), "Les lignes des dossiers supprimés sont retirées");
        for removing in [TemplateChange::Deleted(Fate::Remove), TemplateChange::Outside(Fate::Remove)] {
            let told = plain(&kept(&removing, &form()));
            assert!(told.contains("restent, marquées. Le modèle les retire :"), "{told}");
        }
    }
}
