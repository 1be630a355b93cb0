//! The tables of Relais in a document: connexions with their state, the journal, and the files that were copied (DESIGN
//! section 3).

use crate::{
    grist::{ColumnId, ColumnType, DocumentSchema, NewColumn, SchemaTable, TableId, UserAction, WidgetOptions, free_identifier},
    words,
};

/// One of Relais's own tables.
pub(super) struct SystemTable {
    name: &'static str,
    columns: &'static [(&'static str, &'static str, Kind)],
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Instant,
    Result,
    File,
}

/// How they are called.
pub(super) const NAMES: [&str; 3] = [CONNEXIONS.name, JOURNAL.name, FILES.name];

/// A row for each connexion.
pub(super) const CONNEXIONS: SystemTable = SystemTable {
    name: "Relais_Connexions",
    columns: &[
        ("connexion", "Connexion", Kind::Text),
        ("demarche", "Démarche", Kind::Number),
        ("titre", "Titre", Kind::Text),
        ("configuration", "Configuration", Kind::Text),
        ("etat", "État", Kind::Text),
    ],
};

/// A row for each run that changed something or failed.
pub(super) const JOURNAL: SystemTable = SystemTable {
    name: "Relais_Journal",
    columns: &[
        ("quand", "Quand", Kind::Instant),
        ("connexion", "Connexion", Kind::Text),
        ("titre", "Démarche", Kind::Text),
        ("auteur", "Auteur", Kind::Text),
        ("resultat", "Résultat", Kind::Result),
        ("ajoutes", "Ajoutés", Kind::Number),
        ("modifies", "Modifiés", Kind::Number),
        ("erreurs", "En erreur", Kind::Number),
        ("detail", "Détail", Kind::Text),
    ],
};

/// A row for each file that was copied into the document, in documents where some were.
pub(super) const FILES: SystemTable = SystemTable {
    name: "Relais_Fichiers",
    columns: &[
        ("connexion", "Connexion", Kind::Text),
        ("dossier", "Dossier", Kind::Number),
        ("empreinte", "Empreinte", Kind::Text),
        ("nom", "Nom", Kind::Text),
        ("fichier", "Fichier", Kind::File),
    ],
};

impl SystemTable {
    /// The table in a document. An agent's own table of that name, with other columns, is not it.
    pub(super) fn find(&self, schema: &DocumentSchema) -> Option<TableId> {
        let is_ours = |table: &&SchemaTable| {
            let id = table.id.as_str();
            let numbered = id.strip_prefix(self.name).is_some_and(|rest| rest.chars().all(|character| character.is_ascii_digit()));
            numbered && self.columns.iter().all(|(column, ..)| table.column_by_id(column).is_some())
        };
        schema.tables().iter().find(is_ours).map(|table| table.id.clone())
    }

    /// The table, and what makes it when the document has none. A raw table: no page of its own.
    pub(super) fn find_or_make(&self, schema: &DocumentSchema, actions: &mut Vec<UserAction>) -> TableId {
        if let Some(table) = self.find(schema) {
            return table;
        }
        let id = free_identifier(self.name, self.name, true, |candidate| schema.table_by_id(candidate).is_some());
        let table = TableId::from(id.as_str());
        actions.push(UserAction::AddRawTable { table: table.clone() });
        actions.extend(["A", "B", "C"].map(|column| UserAction::RemoveColumn { table: table.clone(), column: ColumnId::from(column) }));
        actions.extend(self.columns.iter().map(|(id, label, kind)| {
            let (column_type, widget_options) = match kind {
                Kind::File => (ColumnType::Attachments, WidgetOptions::default()),
                Kind::Text => (ColumnType::Text, WidgetOptions::default()),
                Kind::Number => (ColumnType::Numeric, WidgetOptions::integer()),
                Kind::Instant => (ColumnType::paris(), WidgetOptions::french_date(true)),
                Kind::Result => (ColumnType::Choice, WidgetOptions::choices(words::RESULTS.map(|result| (result, None)))),
            };
            let column = NewColumn { id: ColumnId::from(*id), label: (*label).to_owned(), column_type, widget_options };
            UserAction::AddVisibleColumn { table: table.clone(), column }
        }));
        table
    }
}
