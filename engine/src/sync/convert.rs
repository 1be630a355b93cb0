//! From dossiers to rows.

use std::borrow::Cow;

use super::{FileFailure, FileIndex, PlannedTable, Problem, ProblemKind};
use crate::{
    ds::{Champ, ChampValue, ColumnKey, Demandeur, DemarcheNumber, Dossier, DossierNumber, File, RowId, SourceErrorCode},
    grist::{CellValue, ColumnType},
    mapping::{
        DossierField, Facet, Field, LinkedField, LinkedTable, Scope, TableKey, Unreadable, Value, encode, organisation, read, read_part, things,
    },
    sorted::SortedMap,
    words,
};

/// A row as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertedRow {
    /// By the planned columns of the table; none where the cell is left as it is.
    pub cells: Vec<Option<CellValue>>,
}

/// All rows of a dossier.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// The row of the main table.
    pub main: ConvertedRow,
    /// By planned table, the main one left out: its rows, in the order of DS. None when the dossier did not say: its rows
    /// are left as they are.
    pub children: Vec<Option<Vec<(RowId, ConvertedRow)>>>,
    /// Files that go into its cells, and of which the document has neither the attachment nor a failure: they are to be
    /// copied first.
    pub missing: Vec<File>,
    /// The attachments in its cells.
    pub attachments: Vec<i64>,
}

/// What a column takes of a champ.
enum Way<'a> {
    Facet(Facet),
    Part(&'a ColumnKey),
}

/// Where something of a champ goes.
struct Target<'a> {
    column: usize,
    /// Its place among the sources of the column: the first filled one wins.
    rank: usize,
    way: Way<'a>,
}

/// What the rows of a table beside the main one are.
enum Rows<'a> {
    /// The rows of the répétition of this descriptor.
    Repetition(&'a str),
    /// Things of a kind, and what each column takes of them.
    Linked(LinkedTable, Vec<(usize, LinkedField)>),
}

/// Converts dossiers for planned tables.
pub struct Converter<'a> {
    tables: &'a [PlannedTable],
    /// The start of the addresses of dossiers: `https://…/procedures/131016/dossiers/`.
    dossier_address: String,
    /// By table, then by descriptor.
    targets: Vec<SortedMap<&'a str, Vec<Target<'a>>>>,
    /// The fields of every dossier, for the main table.
    dossier_fields: Vec<(usize, DossierField)>,
    /// By table, the main one left out.
    rows: Vec<Rows<'a>>,
    scope: Scope,
    /// The number and the name of the démarche, where its rows say them.
    demarche: (i64, String),
}

/// A row on its way.
struct Draft<'a> {
    table: &'a PlannedTable,
    dossier: DossierNumber,
    cells: Vec<Option<CellValue>>,
}

/// The files of a dossier on its way, and what does not fit.
struct Notes<'a> {
    files: &'a FileIndex,
    missing: Vec<File>,
    attachments: Vec<i64>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Draft<'a> {
    /// Absent is empty: a champ hidden by its condition must not leave its old value (rule 2).
    fn new(table: &'a PlannedTable, dossier: DossierNumber) -> Self {
        Self { table, dossier, cells: table.columns.iter().map(|column| Some(CellValue::empty(&column.column_type))).collect() }
    }

    fn problem(&self, kind: ProblemKind) -> Problem {
        Problem { dossier: Some(self.dossier), kind }
    }

    /// Puts a value in its cell; the cell is left as it is when that cannot be.
    fn place(&mut self, column: usize, value: Result<Value<'_>, Unreadable>, notes: &mut Notes<'_>) {
        let Some((planned, cell)) = self.table.columns.get(column).zip(self.cells.get_mut(column)) else { return };
        if let (Ok(Value::Files(files)), ColumnType::Attachments) = (&value, &planned.column_type) {
            *cell = Some(attachments(self.dossier, files, &planned.name, notes));
            return;
        }
        let kind = match value.map(|value| encode(value, &planned.column_type)) {
            Ok(Ok(value)) => {
                *cell = Some(value);
                return;
            }
            Ok(Err(misfit)) => ProblemKind::Misfit { column: planned.name.clone(), column_type: planned.column_type.clone(), value: misfit.shown },
            Err(why) => ProblemKind::Unreadable { column: planned.name.clone(), why },
        };
        *cell = None;
        notes.problems.push(self.problem(kind));
    }

    /// Puts what champs hold in their cells. Of several that share one, the first filled is written.
    fn place_champs<'c>(&mut self, targets: &SortedMap<&str, Vec<Target<'_>>>, champs: impl Iterator<Item = &'c Champ>, notes: &mut Notes<'_>) {
        let mut filled_by: Vec<Option<usize>> = vec![None; self.cells.len()];
        for champ in champs {
            for target in targets.get(champ.descriptor.as_str()).into_iter().flatten() {
                let value = match target.way {
                    Way::Facet(facet) => read(champ, facet),
                    Way::Part(key) => read_part(champ, key),
                };
                let Some(filled) = filled_by.get_mut(target.column) else { continue };
                if value == Ok(Value::Empty) {
                    continue;
                }
                let first = filled.is_none_or(|rank| target.rank < rank);
                if filled.is_some()
                    && let Some(planned) = self.table.columns.get(target.column)
                {
                    notes.problems.push(self.problem(ProblemKind::SeveralFilled { column: planned.name.clone() }));
                }
                if first {
                    *filled = Some(target.rank);
                    self.place(target.column, value, notes);
                }
            }
        }
    }

    fn finish(self) -> ConvertedRow {
        ConvertedRow { cells: self.cells }
    }
}

impl<'a> Converter<'a> {
    /// Prepares for these tables, the main one first.
    pub fn new(tables: &'a [PlannedTable], dossier_address: String) -> Self {
        let mut converter = Self {
            tables,
            dossier_address,
            targets: Vec::with_capacity(tables.len()),
            dossier_fields: Vec::new(),
            rows: Vec::new(),
            scope: Scope::default(),
            demarche: (0, String::new()),
        };
        for table in tables {
            let mut by_descriptor: SortedMap<&str, Vec<Target<'_>>> = SortedMap::new();
            let mut linked = Vec::new();
            for (column, planned) in table.columns.iter().enumerate() {
                for (rank, source) in planned.sources.iter().enumerate() {
                    let (descriptor, way) = match source {
                        Field::Champ(descriptor, facet) => (descriptor, Way::Facet(*facet)),
                        Field::Part(descriptor, key) => (descriptor, Way::Part(key)),
                        Field::Dossier(field) => {
                            converter.dossier_fields.push((column, *field));
                            continue;
                        }
                        Field::Linked(field) => {
                            linked.push((column, *field));
                            continue;
                        }
                        Field::Row(_) => continue,
                    };
                    by_descriptor.get_or_default(descriptor.as_str()).push(Target { column, rank, way });
                }
            }
            converter.targets.push(by_descriptor);
            match &table.key {
                TableKey::Dossiers => {}
                TableKey::Repetition(descriptor) => converter.rows.push(Rows::Repetition(descriptor.as_str())),
                TableKey::Linked(kind) => converter.rows.push(Rows::Linked(*kind, linked)),
            }
        }
        converter
    }

    /// The same, for a connexion with filters.
    #[must_use]
    pub fn with_scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The same, whose rows say of which démarche they are.
    #[must_use]
    pub fn of_demarche(self, number: DemarcheNumber, name: String) -> Self {
        Self { demarche: (number.get(), name), ..self }
    }

    /// The column of the main table that shows something that every dossier has.
    pub(super) fn column_of(&self, field: DossierField) -> Option<usize> {
        self.dossier_fields.iter().find(|(_, shown)| *shown == field).map(|(column, _)| *column)
    }

    /// A row of the main table when only this much is known of its dossier: the rest is left as it is.
    pub(super) fn partial<'v>(
        &self,
        number: DossierNumber,
        known: impl Fn(DossierField) -> Option<Value<'v>>,
        problems: &mut Vec<Problem>,
    ) -> ConvertedRow {
        let Some(table) = self.tables.first() else { return ConvertedRow { cells: Vec::new() } };
        let mut draft = Draft { table, dossier: number, cells: vec![None; table.columns.len()] };
        let files = FileIndex::default();
        let mut notes = Notes::new(&files, problems);
        for (column, field) in &self.dossier_fields {
            if let Some(value) = known(*field) {
                draft.place(*column, Ok(value), &mut notes);
            }
        }
        draft.finish()
    }

    /// The rows of a dossier, whose files are in the document as `files` says; what could not be converted is added to
    /// `problems`.
    pub fn convert(&self, dossier: &Dossier, files: &FileIndex, problems: &mut Vec<Problem>) -> Conversion {
        let mut notes = Notes::new(files, problems);
        let main = self.tables.first().zip(self.targets.first()).map(|(table, targets)| {
            let mut draft = Draft::new(table, dossier.number);
            for (column, field) in &self.dossier_fields {
                let value = match field {
                    DossierField::Demarche => Ok(Value::text(Some(&self.demarche.1))),
                    DossierField::NumeroDemarche => Ok(Value::Integer(self.demarche.0.to_string().into())),
                    DossierField::HorsSelection => Ok(Value::Bool(!self.scope.holds(dossier.standing()))),
                    field => dossier_value(dossier, *field, &self.dossier_address),
                };
                draft.place(*column, value, &mut notes);
            }
            draft.place_champs(targets, dossier.all_champs(), &mut notes);
            draft.finish()
        });
        let tables = self.tables.iter().zip(&self.targets).skip(1);
        let children = tables.zip(&self.rows).map(|((table, targets), rows)| match rows {
            Rows::Repetition(descriptor) => repetition(dossier, descriptor, table, targets, &mut notes),
            Rows::Linked(kind, fields) => {
                let things = things(dossier, *kind)?.into_iter().map(|thing| {
                    let mut draft = Draft::new(table, dossier.number);
                    for (column, field) in fields {
                        draft.place(*column, Ok(thing.read(*field)), &mut notes);
                    }
                    (thing.id().clone(), draft.finish())
                });
                Some(things.collect())
            }
        });
        let children = children.collect();
        let Notes { missing, attachments, .. } = notes;
        Conversion { main: main.unwrap_or_else(|| ConvertedRow { cells: Vec::new() }), children, missing, attachments }
    }
}

impl<'a> Notes<'a> {
    fn new(files: &'a FileIndex, problems: &'a mut Vec<Problem>) -> Self {
        Self { files, missing: Vec::new(), attachments: Vec::new(), problems }
    }
}

/// The cell of files: those that are in the document, and no other that was there before.
fn attachments(dossier: DossierNumber, files: &[File], column: &str, notes: &mut Notes<'_>) -> CellValue {
    let mut ids: Vec<i64> = Vec::new();
    for file in files {
        if let Some(id) = notes.files.attachment(dossier, file) {
            // The same file twice is one.
            if !ids.contains(&id) {
                ids.push(id);
            }
            continue;
        }
        let untold = || FileFailure::Source(SourceErrorCode::InvalidAnswer);
        let why = notes.files.failure(dossier, file).cloned().or_else(|| file.content.is_none().then(untold));
        if let Some(why) = why {
            let kind = ProblemKind::FileNotCopied { column: column.to_owned(), file: file.filename.clone(), why };
            notes.problems.push(Problem { dossier: Some(dossier), kind });
        } else if !notes.missing.iter().any(|missing| missing.is_same(file)) {
            notes.missing.push(file.clone());
        }
    }
    notes.attachments.extend(&ids);
    if ids.is_empty() { CellValue::Null } else { CellValue::List(ids.into_iter().map(CellValue::integer).collect()) }
}

/// The rows of a répétition. One that is hidden by a condition is absent from the answer: it has no rows.
fn repetition(
    dossier: &Dossier,
    descriptor: &str,
    table: &PlannedTable,
    targets: &SortedMap<&str, Vec<Target<'_>>>,
    notes: &mut Notes<'_>,
) -> Option<Vec<(RowId, ConvertedRow)>> {
    if dossier.champs.is_none() && dossier.annotations.is_none() {
        return None;
    }
    let rows = dossier.all_champs().filter(|champ| champ.descriptor.as_str() == descriptor).flat_map(|champ| match &champ.value {
        ChampValue::Repetition(rows) => rows.as_slice(),
        _ => &[],
    });
    let rows = rows.map(|row| {
        let mut draft = Draft::new(table, dossier.number);
        draft.place_champs(targets, row.champs.iter(), notes);
        (row.id.clone(), draft.finish())
    });
    Some(rows.collect())
}

/// What a dossier holds in one of the fields that every dossier has. `address` is the start of the addresses of dossiers;
/// empty where only the words are wanted.
pub(crate) fn dossier_value<'a>(dossier: &'a Dossier, field: DossierField, address: &str) -> Result<Value<'a>, Unreadable> {
    let instant = |instant: Option<_>| instant.map_or(Value::Empty, Value::Instant);
    Ok(match field {
        DossierField::Number => Value::Integer(dossier.number.to_string().into()),
        DossierField::Link if address.is_empty() => Value::Text(format!("Ouvrir {}", dossier.number).into()),
        DossierField::Link => Value::Text(format!("Ouvrir {0} {address}{0}", dossier.number).into()),
        DossierField::State => Value::Text(words::state(dossier.state).into()),
        DossierField::DateDepot => instant(Some(dossier.date_depot)),
        DossierField::DatePassageEnConstruction => instant(dossier.date_passage_en_construction),
        DossierField::DatePassageEnInstruction => instant(dossier.date_passage_en_instruction),
        DossierField::DateTraitement => instant(dossier.date_traitement),
        DossierField::DateDerniereModification => instant(Some(dossier.date_derniere_modification)),
        DossierField::DateExpiration => instant(dossier.date_expiration),
        DossierField::GroupeInstructeur => Value::text(dossier.groupe_instructeur.as_deref()),
        DossierField::Instructeurs => {
            let instructeurs: Vec<&str> = dossier.instructeurs.iter().flatten().map(|instructeur| instructeur.email.as_str()).collect();
            if instructeurs.is_empty() { Value::Empty } else { Value::Texts(instructeurs) }
        }
        DossierField::Labels => {
            let labels: Vec<&str> = dossier.labels.iter().map(|label| &*label.name).collect();
            if labels.is_empty() { Value::Empty } else { Value::Texts(labels) }
        }
        DossierField::Motivation => Value::text(dossier.motivation.as_deref()),
        DossierField::Archived => Value::Bool(dossier.archived),
        // A dossier that DS serves is not deleted; one that was restored is no longer so (rule 8).
        DossierField::DateSuppression | DossierField::MotifSuppression | DossierField::HorsSelection => Value::Empty,
        // What only the run knows.
        DossierField::Demarche | DossierField::NumeroDemarche => Value::Empty,
        DossierField::UsagerEmail => Value::text(dossier.usager_email.as_deref()),
        DossierField::Mandataire => {
            let names = [dossier.prenom_mandataire.as_deref(), dossier.nom_mandataire.as_deref()];
            let name = names.into_iter().flatten().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
            if name.is_empty() { Value::Empty } else { Value::Text(Cow::Owned(name)) }
        }
        _ => return demandeur_value(&dossier.demandeur, field),
    })
}

fn demandeur_value(demandeur: &Demandeur, field: DossierField) -> Result<Value<'_>, Unreadable> {
    let facet = match field {
        DossierField::DemandeurSiret => Facet::Siret,
        DossierField::DemandeurRaisonSociale => Facet::RaisonSociale,
        DossierField::DemandeurFormeJuridique => Facet::FormeJuridique,
        DossierField::DemandeurNaf => Facet::Naf,
        DossierField::DemandeurAdresse => Facet::Adresse,
        DossierField::DemandeurCodePostal => Facet::PostalCode,
        DossierField::DemandeurCommune => Facet::Commune,
        DossierField::DemandeurCodeInsee => Facet::CodeInsee,
        _ => Facet::Identifier,
    };
    match demandeur {
        Demandeur::PersonnePhysique { civilite, nom, prenom, email } => Ok(match field {
            DossierField::DemandeurCivilite => Value::text(civilite.as_deref().map(words::civilite)),
            DossierField::DemandeurNom => Value::text(Some(nom)),
            DossierField::DemandeurPrenom => Value::text(Some(prenom)),
            DossierField::DemandeurEmail => Value::text(email.as_deref()),
            _ => Value::Empty,
        }),
        _ if field.is_of_person() => Ok(Value::Empty),
        Demandeur::PersonneMorale(etablissement) => organisation(etablissement, facet),
        Demandeur::PersonneMoraleIncomplete { siret } if facet == Facet::Siret => Ok(Value::text(Some(siret))),
        Demandeur::PersonneMoraleIncomplete { .. } => Err(Unreadable::Degraded),
        Demandeur::Unknown => Err(Unreadable::Malformed),
    }
}

/// Whether a column of this type is one that Relais can fill from a dossier.
pub(crate) const fn is_writable(column_type: &ColumnType) -> bool {
    !matches!(column_type, ColumnType::Ref(_) | ColumnType::RefList(_) | ColumnType::Attachments | ColumnType::Other(_))
}
