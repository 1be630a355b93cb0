//! The screen Champs.

use relais_engine::{
    mapping::{Family, Preset},
    words,
};

use crate::selection::{Filter, Summary};

/// Title.
pub const TITLE: &str = "Choisir les champs";
/// Title, for a connexion that has run.
pub const EDIT_TITLE: &str = "Modifier les champs";
/// Term: the dossiers.
pub const DOSSIERS: &str = "Dossiers";
/// All of them: drafts are never given by DS.
pub const ALL_DOSSIERS: &str = "Tous sauf les brouillons";
/// Term: the table.
pub const TABLE: &str = "Table";
/// Term: where to start from.
pub const START: &str = "Champs";
/// The name of the group of presets.
pub const PRESETS: &str = "Proposition de départ";
/// The presets, in their order.
pub const PRESET_LIST: [(Preset, &str); 3] =
    [(Preset::Essential, "Seulement l’essentiel"), (Preset::Everything, "Tout importer"), (Preset::Nothing, "Rien")];
/// The search.
pub const SEARCH: &str = "Chercher un champ";
/// In the search.
pub const SEARCH_HINT: &str = "Libellé, type ou colonne";
/// The name of the group of filters.
pub const FILTERS: &str = "Afficher les champs";
/// The heads of the columns, after the tick.
pub const HEADS: [&str; 5] = ["Champ du formulaire", "Exemples", "Colonne", "Type", "État"];
/// The head of the ticks.
pub const IMPORT: &str = "Importer";
/// Nothing answers filter and search.
pub const NO_MATCH: &str = "Aucun champ ne correspond.";
/// Takes the search and the filter away.
pub const SHOW_ALL: &str = "Afficher tous les champs";
/// The key of the table.
pub const KEY: &str = "Clé";
/// What the key is for.
pub const KEY_HINT: &str = "Clé : une ligne par dossier";
/// A column to make.
pub const NEW: &str = "Nouvelle";
/// A column that the document has.
pub const EXISTING: &str = "Existante";
/// Two columns with one name.
pub const NAMESAKE: &str = "Nom en double";
/// A field that speaks of a person.
pub const PERSONAL: &str = "Donnée personnelle";
/// What that means.
pub const PERSONAL_HINT: &str = "Ne l’importez que si votre traitement le prévoit.";
/// A field that usagers must fill.
pub const REQUIRED: &str = "Obligatoire";
/// Starts the first run.
pub const IMPORT_NOW: &str = "Importer les dossiers";
/// Runs with other fields.
pub const SAVE: &str = "Enregistrer et synchroniser";
/// While what is chosen is written into the document.
pub const SAVING: &str = "Enregistrement…";
/// Nothing but the key is chosen.
pub const CHOOSE_FIRST: &str = "Choisissez au moins un champ, en plus du numéro.";
/// Columns that are no longer chosen stay.
pub const REMOVED_HINT: &str = "Une colonne retirée de l’import reste dans le document avec ses valeurs ; Relais n’y écrit plus.";

/// A filter.
pub const fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "Tous",
        Filter::Chosen => "Choisis",
        Filter::Required => "Obligatoires",
        Filter::Personal => "Données personnelles",
    }
}

/// « Tout choisir dans Le projet ».
pub fn choose_all(section: &str) -> String {
    format!("Tout choisir dans {section}")
}

/// « Colonne pour Intitulé du projet ».
pub fn column_for(label: &str, part: Option<&str>) -> String {
    match part {
        Some(part) => format!("Colonne pour {label}, {part}"),
        None => format!("Colonne pour {label}"),
    }
}

/// « sur 15 », after the figure.
pub fn of(total: usize) -> String {
    format!("sur {}", words::figure(total))
}

/// « 4 autres colonnes possibles ».
pub fn other_parts(count: usize) -> String {
    words::count(count, "autre colonne possible", "autres colonnes possibles")
}

/// What fields that take turns are.
pub fn turns(family: &Family) -> String {
    let each = if family.is_by_departement { "un par département" } else { "jamais remplis ensemble" };
    let fields = words::count(family.size, "champ semblable", "champs semblables");
    format!("{fields}, {each}")
}

/// Makes them share a column.
pub fn join(fields: usize) -> String {
    format!("Réunir ces {} champs", words::figure(fields))
}

/// Gives each its own.
pub fn part(fields: usize) -> String {
    format!("Séparer ces {} champs", words::figure(fields))
}

/// What can be chosen: what every dossier has counts too.
pub fn form(fields: usize) -> String {
    format!("{}.", words::count(fields, "champ possible", "champs possibles"))
}

/// « Tous sauf les brouillons, 1 284 dossiers ».
pub fn all_dossiers(count: Option<usize>) -> String {
    match count {
        Some(count) => format!("{ALL_DOSSIERS}, {}", words::count(count, "dossier", "dossiers")),
        None => ALL_DOSSIERS.to_owned(),
    }
}

/// The name of a table that is to be made.
pub const TABLE_NAME: &str = "Nom de la table";
/// The table is there already.
pub const TABLE_EXISTING: &str = "déjà dans ce document";

/// What the name of a section's own table is called.
pub fn own_table_name(section: &str) -> String {
    format!("Nom de la table pour {section}")
}

/// Term: tables that are made on choice.
pub const OTHER_TABLES: &str = "Autres tables";
/// What those tables are.
pub const OTHER_TABLES_HINT: &str = "Tables liées aux dossiers";

/// Before the name of a section's own table.
pub const OWN_TABLE: &str = "Une ligne par élément, dans la table";

/// « 42 champs choisis, 38 colonnes à créer, 4 existantes ».
pub fn summary(summary: &Summary) -> String {
    let mut parts = vec![words::count(summary.fields, "champ choisi", "champs choisis")];
    if summary.new_columns > 0 {
        parts.push(words::count(summary.new_columns, "colonne à créer", "colonnes à créer"));
    }
    if summary.existing_columns > 0 {
        parts.push(words::count(summary.existing_columns, "existante", "existantes"));
    }
    parts.join(", ")
}
