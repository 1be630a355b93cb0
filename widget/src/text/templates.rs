//! The page « Modèles ».

use relais_engine::{
    grist::ColumnType,
    mapping::{Facet, Field, Mapping, TableKey},
    sync::Connexion,
    template::{Applied, Grounds},
    words::{self, count, figure},
};

use super::quoted;
use crate::{
    proxy::{ListedTemplate, Version, Visibility, WholeTemplate},
    templates::{Possible, Question, Shown},
    text::moments,
};

/// What a template is.
pub const LEAD: &str = "Un modèle garde le choix des champs, des colonnes et des dossiers. Il ne contient ni donnée, ni jeton.";
/// Above the search.
pub const SEARCH: &str = "Chercher un modèle";
/// What is searched.
pub const SEARCH_HINT: &str = "Nom, démarche ou équipe";
/// The legend of the filters.
pub const FILTERS: &str = "Afficher les modèles";
/// There is none of those that are chosen.
pub const NONE_SHOWN: &str = "Aucun modèle ici pour l’instant.";
/// Nothing answers.
pub const NO_MATCH: &str = "Aucun modèle ne correspond à cette recherche.";
/// There is none.
pub const EMPTY: &str = "Aucun modèle pour l’instant";
/// How there can be one.
pub const EMPTY_MORE: &str =
    "Enregistrez une connexion de ce document comme modèle, ou importez un fichier. Les modèles que d’autres équipes partagent apparaissent ici.";
/// What editors cannot do.
pub const EDITOR: &str = "Un propriétaire du document peut créer, partager ou retirer un modèle. Vous pouvez appliquer ceux qui sont ici.";
/// Saves a connexion.
pub const CREATE: &str = "Créer un modèle";
/// Takes a file.
pub const IMPORT: &str = "Importer un fichier";
/// Of which kind.
pub const IMPORT_HINT: &str = "Un fichier exporté par Relais, de 256 Kio au plus.";
/// A file that the browser does not read.
pub const UNREADABLE: &str = "Ce fichier n’a pas pu être lu. Rien n’a été modifié. Choisissez-le de nouveau.";
/// Opens a template.
pub const SEE: &str = "Voir";
/// Goes back to the gallery.
pub const BACK: &str = "Modèles";
/// While it is asked.
pub const WAITING: &str = "En cours…";
/// A template that is withdrawn.
pub const WITHDRAWN: &str = "Retiré par son équipe";

/// What it sets.
pub const SETTINGS: &str = "Ce qu’il règle";
/// The démarche that it was made for.
pub const ORIGIN: &str = "Démarche d’origine";
/// Which dossiers.
pub const DOSSIERS: &str = "Dossiers";
/// What becomes of those that leave the choice.
pub const OUTSIDE: &str = "Hors sélection";
/// What becomes of files.
pub const FILES: &str = "Fichiers";
/// What becomes of the deleted ones.
pub const DELETIONS: &str = "Suppressions";
/// Who sees it.
pub const SEEN_BY: &str = "Visible par";
/// What it makes.
pub const MAKES: &str = "Ce qu’il crée";
/// Its versions.
pub const VERSIONS: &str = "Versions";
/// The columns of its tables.
pub const HEADS: [&str; 3] = ["Colonne", "Type", "Champ du formulaire"];
/// Of a dossier rather than of its form.
pub const OF_DOSSIER: &str = "Le dossier lui-même";

/// Applies it.
pub const APPLY: &str = "Appliquer à une démarche";
/// Gives its file.
pub const EXPORT: &str = "Exporter";
/// Whom it is shared with.
pub const SHARE: &str = "Partager";
/// Takes it away.
pub const WITHDRAW: &str = "Retirer";
/// The file as a download.
pub const DOWNLOAD: &str = "Télécharger le fichier";
/// Where downloads are blocked.
pub const EXPORT_MORE: &str = "Si votre navigateur bloque le téléchargement depuis Grist, copiez ce texte dans un fichier.";
/// The text of the file.
pub const FILE: &str = "Contenu du fichier";
/// Who may see it.
pub const VISIBILITIES: [(Visibility, &str); 3] =
    [(Visibility::Team, "Votre équipe seulement"), (Visibility::Teams, "Des équipes choisies"), (Visibility::All, "Toutes les équipes")];
/// The other teams.
pub const TEAMS: &str = "Équipes";
/// There is none.
pub const NO_TEAM: &str = "Aucune autre équipe n’utilise ce serveur.";
/// Saves whom it is shared with.
pub const SHARE_NOW: &str = "Enregistrer le partage";
/// It is.
pub const SHARED: &str = "Le partage est enregistré.";
/// What withdrawing does.
pub const WITHDRAW_MORE: &str = "Il disparaît de la liste. Les connexions qui en viennent continuent comme avant, sans nouvelle version.";
/// Does it.
pub const WITHDRAW_NOW: &str = "Retirer ce modèle";
/// Does not.
pub const KEEP: &str = "Garder";
/// It is.
pub const WITHDRAWN_NOW: &str = "Le modèle est retiré.";

/// Of what it is made.
pub const OF_WHICH: &str = "À partir de quelle connexion";
/// There is none.
pub const NO_CONNEXION: &str = "Ce document n’a pas encore de connexion.";
/// How there can be one.
pub const NO_CONNEXION_MORE: &str = "Connectez d’abord une démarche à l’accueil ; ses réglages deviendront un modèle.";
/// A new one, or the next version of one.
pub const INTO: &str = "Enregistrer comme";
/// A new one.
pub const NEW: &str = "Nouveau modèle";
/// Its name.
pub const NAME: &str = "Nom du modèle";
/// What to type.
pub const NAME_HINT: &str = "Par exemple : Suivi DETR-DSIL.";
/// What it is for.
pub const DESCRIPTION: &str = "Description";
/// What to type.
pub const DESCRIPTION_HINT: &str = "À quoi il sert, en une phrase. Elle est lue par les autres équipes.";
/// What the version changes.
pub const NOTE: &str = "Ce que cette version change";
/// What to type.
pub const NOTE_HINT: &str = "Par exemple : Ajoute le suivi DSIL.";
/// Saves it.
pub const SAVE: &str = "Enregistrer le modèle";
/// Saves a version.
pub const SAVE_VERSION: &str = "Enregistrer cette version";
/// It is.
pub const SAVED: &str = "Le modèle est enregistré.";
/// A name that is not there.
pub const NAMELESS: &str = "Donnez un nom au modèle.";
/// No connexion is chosen.
pub const UNCHOSEN: &str = "Choisissez une connexion.";

/// To which démarche it is applied.
pub const TO_WHICH: &str = "À quelle démarche";
/// None is chosen.
pub const CHOOSE: &str = "Choisir…";
/// While the form is read.
pub const READING: &str = "Lecture du formulaire…";
/// The same démarche.
pub const SAME: &str = "C’est la démarche d’origine du modèle : tous ses champs sont repris.";
/// A démarche that the document has already.
pub const CONNECTED: &str = "Cette démarche est déjà connectée à ce document : Relais créera d’autres tables pour ce modèle.";
/// The counts.
pub const COUNTS: [&str; 4] = ["champs reconnus", "à vérifier", "à confirmer", "absents"];
/// None was chosen.
pub const NO_DEMARCHE: &str = "Choisissez d’abord une démarche.";
/// No team was ticked.
pub const TEAMLESS: &str = "Cochez au moins une équipe.";
/// What is asked.
pub const QUESTIONS_MORE: &str = "Relais hésite. Dites à quel champ chacun correspond, ou choisissez de ne pas l’importer.";
/// What was recognised, but not for certain.
pub const TO_CHECK_MORE: &str = "Relais n’en est pas certain. Corrigez ce qui ne convient pas.";
/// What was asked, once all is answered.
pub const ANSWERED: &str = "Vous pouvez encore changer vos réponses.";
/// None of them.
pub const NONE: &str = "Ne pas importer";
/// What was recognised.
pub const RECOGNISED: &str = "Champs reconnus";
/// By what.
pub const RECOGNISED_HEADS: [&str; 3] = ["Champ du modèle", "Champ de la démarche", "Reconnu par"];
/// What is not there.
pub const MISSING: &str = "Champs absents de cette démarche";
/// What follows.
pub const MISSING_MORE: &str = "Les colonnes qu’ils rempliraient ne sont pas créées.";
/// A filter that is lost.
pub const WIDER: &str = "Un filtre du modèle n’existe pas ici";
/// What follows.
pub const WIDER_MORE: &str =
    "Ses groupes instructeurs ou ses étiquettes ne sont pas dans cette démarche : des dossiers que le modèle laisse de côté seront importés.";
/// Does it.
pub const APPLY_NOW: &str = "Appliquer le modèle";
/// What follows.
pub const APPLY_MORE: &str = "Rien n’est importé avant que vous lanciez la synchronisation, à l’accueil.";

/// Looks at a newer version.
pub const SEE_DIFFERENCE: &str = "Voir les différences";
/// What the version brings.
pub const CHANGES: &str = "Ce qu’elle apporte";
/// Nothing.
pub const NO_CHANGE: &str = "Rien de ce que cette connexion importe ne change.";
/// What stays.
pub const KEPT: &str = "Vos réglages sont gardés";
/// Of what.
pub const KEPT_MORE: &str = "La nouvelle version n’y touche pas.";
/// Does not.
pub const PASSED_OVER: &str = "La connexion garde sa version. Relais vous préviendra de la suivante.";
/// Does it.
pub const TAKE_UP: &str = "Appliquer cette version";
/// It is.
pub const TAKEN_UP: &str = "La version est appliquée. La prochaine synchronisation fera le reste.";

/// « 42 colonnes, 2 tables liées ».
pub fn size(template: &ListedTemplate) -> String {
    let columns = count(template.columns, "colonne", "colonnes");
    match template.tables.saturating_sub(1) {
        0 => columns,
        linked => format!("{columns}, {}", count(linked, "table liée", "tables liées")),
    }
}

/// « version 4, dans 6 documents ».
pub fn standing(template: &ListedTemplate) -> String {
    let uses = match template.uses {
        0 => String::new(),
        uses => format!(", utilisé {} fois", figure(uses)),
    };
    format!("version {}{uses}", template.version)
}

/// « Pour la démarche 131016 ».
pub fn of_demarche(number: i64) -> String {
    format!("Fait pour la démarche {number}")
}

/// « Correspond à votre démarche 131016 ».
pub fn yours(number: i64) -> String {
    format!("Correspond à votre démarche {number}")
}

/// « Préfecture du Bas-Rhin, version 4 du 12 novembre 2026, dans 6 documents. »
pub fn under_title(template: &ListedTemplate) -> String {
    format!("{}, {}, modifié le {}.", template.team, standing(template), moments::date(template.updated_at))
}

/// Whose it is.
pub fn team(template: &ListedTemplate) -> String {
    if template.is_own { format!("{} (votre équipe)", template.team) } else { template.team.clone() }
}

/// « 131016, Demande de subvention ».
pub fn demarche(number: i64, title: &str) -> String {
    if title.trim().is_empty() { number.to_string() } else { format!("{number}, {}", title.trim()) }
}

/// What becomes of the files of the dossiers.
pub fn files(mapping: &Mapping) -> String {
    let columns = || mapping.tables.iter().flat_map(|table| &table.columns);
    let of_files = |field: &Field| field.is_files() || matches!(field, Field::Champ(_, Facet::FileNames | Facet::FileCount));
    let all = columns().filter(|column| column.sources.iter().any(of_files)).count();
    let copied = columns().filter(|column| column.column_type == ColumnType::Attachments && column.sources.iter().any(Field::is_files)).count();
    match (all, copied) {
        (0, _) => "Aucun".to_owned(),
        (_, 0) => "Noms seulement".to_owned(),
        (all, copied) if all == copied => "Copiés dans le document".to_owned(),
        (_, copied) => format!("Copiés dans le document ({}), noms seulement pour les autres", count(copied, "colonne", "colonnes")),
    }
}

/// The templates that are shown.
pub const fn shown(shown: Shown) -> &'static str {
    match shown {
        Shown::ForDemarches => "Pour mes démarches",
        Shown::OfTeam => "De mon équipe",
        Shown::All => "Tous",
    }
}

/// Those that are not.
pub fn others(number: usize) -> String {
    let others = count(number, "autre modèle concerne une démarche", "autres modèles concernent des démarches");
    format!("{others} que votre équipe ne peut pas lire. Un modèle s’applique aussi à une démarche semblable : voyez « Tous ».")
}

/// Those that a long list leaves out.
pub fn more(number: usize) -> String {
    format!("{}\u{a0}: précisez la recherche pour tout voir.", count(number, "autre modèle", "autres modèles"))
}

/// Who sees it.
pub fn seen_by(visibility: Visibility, teams: usize) -> String {
    match visibility {
        Visibility::Team => "Votre équipe seulement".to_owned(),
        Visibility::Teams => format!("Votre équipe et {}", count(teams, "équipe choisie", "équipes choisies")),
        Visibility::All => "Toutes les équipes".to_owned(),
    }
}

/// « 42 colonnes, une ligne par dossier ».
pub fn table_size(key: &TableKey, columns: usize) -> String {
    let columns = count(columns, "colonne", "colonnes");
    match key {
        TableKey::Dossiers => format!("{columns}, une ligne par dossier"),
        TableKey::Repetition(_) | TableKey::Linked(_) => format!("{columns}, table liée au dossier"),
    }
}

/// The columns of a table.
pub fn columns_of(table: &str) -> String {
    format!("Colonnes de la table « {table} »")
}

/// « 12 novembre 2026. Ajoute le suivi DSIL. »
pub fn version(version: &Version) -> String {
    let date = moments::date(version.created_at);
    if version.note.is_empty() { format!("{date}.") } else { format!("{date}. {}", version.note) }
}

/// Asks before a template is withdrawn.
pub fn withdraw(name: &str) -> String {
    format!("Retirer le modèle « {name} » ?")
}

/// « Nouvelle version de « Suivi DETR » (version 4 en ce moment) ».
pub fn next_of(template: &ListedTemplate) -> String {
    format!("Nouvelle version de « {} » (version {} en ce moment)", template.name, template.version)
}

/// « table « Dossiers », 42 colonnes ».
pub fn connexion(connexion: &Connexion) -> String {
    let columns = connexion.mapping.tables.iter().map(|table| table.columns.len()).sum();
    let table = connexion.mapping.tables.first().map(|table| table.name.clone()).unwrap_or_default();
    format!("Démarche {}, table « {table} », {}", connexion.mapping.demarche, count(columns, "colonne", "colonnes"))
}

/// « Appliquer « Suivi DETR » ».
pub fn apply(name: &str) -> String {
    format!("Appliquer {}", quoted(name))
}

/// « 2 champs à confirmer », of those that have no answer yet.
pub fn questions(open: usize) -> String {
    if open == 0 { "Champs confirmés".to_owned() } else { count(open, "champ à confirmer", "champs à confirmer") }
}

/// « 2 champs à vérifier ».
pub fn to_check(number: usize) -> String {
    count(number, "champ à vérifier", "champs à vérifier")
}

/// « Nombre entier, section « Budget ». »
pub fn asked(question: &Question) -> String {
    let kind = words::champ_type(&question.champ_type);
    if question.section.is_empty() { format!("{kind}.") } else { format!("{kind}, section « {} ».", question.section) }
}

/// Why a field may be the one, and what recent dossiers have in it: « Même type, autre section. Par exemple : 64 222 ; 120 000. »
pub fn possible(possible: &Possible) -> String {
    let why = words::likeness(possible.likeness);
    if possible.samples.is_empty() {
        return why;
    }
    // Whole sentences have a full stop of their own; numbers have commas.
    let samples: Vec<&str> = possible.samples.iter().map(|sample| sample.trim_end_matches('.')).collect();
    format!("{why} Par exemple : {}.", samples.join(" ; "))
}

/// « 39 champs reconnus, 3 à vérifier, 2 à confirmer ».
pub fn summary(recognised: usize, likely: usize, open: usize) -> String {
    let recognised = count(recognised, "champ reconnu", "champs reconnus");
    let others = [(likely, "à vérifier"), (open, "à confirmer")];
    let others = others.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}", figure(number)));
    std::iter::once(recognised).chain(others).collect::<Vec<_>>().join(", ")
}

/// What is still to be answered.
pub fn unsettled(open: usize) -> String {
    format!("{} avant d’appliquer le modèle.", count(open, "champ reste à confirmer", "champs restent à confirmer"))
}

/// By what a field was recognised.
pub const fn grounds(grounds: Grounds) -> &'static str {
    match grounds {
        Grounds::SameId => "même champ",
        Grounds::SameLabelTypeAndSection => "même libellé, même type, même section",
        Grounds::SameWordsTypeAndSection => "mêmes mots, même type, même section",
        Grounds::OtherSection => "même libellé, même type, autre section",
        Grounds::OtherType => "même libellé, type voisin",
        Grounds::Chosen => "votre choix",
    }
}

/// « 39 champs ».
pub fn recognised(number: usize) -> String {
    count(number, "champ", "champs")
}

/// The columns that will not be made.
pub fn left_out(applied: &Applied) -> String {
    let names: Vec<String> = applied.left_out.iter().map(|left| quoted(&left.column)).collect();
    let colonnes = if names.len() == 1 { "Colonne laissée de côté" } else { "Colonnes laissées de côté" };
    format!("{colonnes} : {}.", names.join(", "))
}

/// A connexion that can take up a newer version.
pub fn newer(template: &ListedTemplate, title: &str) -> String {
    format!("« {} » a une version {} pour « {} »", template.name, template.version, title.trim())
}

/// Which version it follows.
pub fn follows(version: i64) -> String {
    format!("Cette connexion suit la version {version}.")
}

/// « Version 4 de « Suivi DETR » ».
pub fn version_of(version: i64, name: &str) -> String {
    format!("Version {version} de « {name} »")
}

/// Which version a connexion follows, and where the newer one comes from.
pub fn standing_of(followed: i64, whole: &WholeTemplate) -> String {
    let number = whole.listed.version;
    let published = whole.versions.iter().find(|version| version.number == number).map_or(whole.listed.updated_at, |version| version.created_at);
    format!("{} La version {number} est du {}, par {}.", follows(followed), moments::date(published), whole.listed.team)
}

/// Leaves the newer version alone.
pub fn stay(followed: i64) -> String {
    format!("Garder la version {followed}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::json;

    use super::*;

    /// A text without its no-break spaces, to be read here.
    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn counts_are_told() {
        assert_eq!(more(900), "900 autres modèles\u{a0}: précisez la recherche pour tout voir.");
        assert_eq!(summary(39, 0, 0), "39 champs reconnus");
        assert_eq!(plain(&summary(36, 3, 2)), "36 champs reconnus, 3 à vérifier, 2 à confirmer");
        assert_eq!(unsettled(1), "1 champ reste à confirmer avant d’appliquer le modèle.");
        assert_eq!((questions(0), questions(1)), ("Champs confirmés".to_owned(), "1 champ à confirmer".to_owned()));
        assert!(others(1).starts_with("1 autre modèle concerne une démarche que votre équipe ne peut pas lire."));
    }

    #[test]
    fn what_becomes_of_files_is_told() {
        let mapping = |columns: &[(&str, &str)]| -> Mapping {
            let columns: Vec<_> =
                columns.iter().map(|(source, kind)| serde_json::json!({ "sources": [source], "name": source, "type": kind })).collect();
            let table = serde_json::json!({ "key": "dossiers", "name": "Suivi", "columns": columns });
            json::from_value(&serde_json::json!({ "format": 1, "demarche": 1, "title": "", "tables": [table], "fields": {} })).unwrap()
        };
        let (copied, names) = (("champ:a:files", "Attachments"), ("champ:b:file_names", "Text"));
        assert_eq!(files(&mapping(&[])), "Aucun");
        assert_eq!(files(&mapping(&[names])), "Noms seulement");
        assert_eq!(files(&mapping(&[("champ:a:files", "Text")])), "Noms seulement");
        assert_eq!(files(&mapping(&[copied])), "Copiés dans le document");
        assert_eq!(files(&mapping(&[copied, names])), "Copiés dans le document (1 colonne), noms seulement pour les autres");
    }
}
