//! From dossiers to rows.

use std::{borrow::Cow, collections::HashMap};

use super::{PlannedTable, Problem, ProblemKind};
use crate::{
    ds::{Champ, ChampValue, Demandeur, Dossier, DossierNumber, RowId},
    grist::{CellValue, ColumnType},
    mapping::{DossierField, Facet, Field, Scope, TableKey, Unreadable, Value, encode, organisation, read},
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
    /// By planned table, the main one left out: the rows of répétitions, in the order of DS. None when the dossier did
    /// not say: its rows are left as they are.
    pub children: Vec<Option<Vec<(RowId, ConvertedRow)>>>,
}

/// Where a facet of a champ goes.
struct Target {
    column: usize,
    /// Its place among the sources of the column: the first filled one wins.
    rank: usize,
    facet: Facet,
}

/// Converts dossiers for planned tables.
pub struct Converter<'a> {
    tables: &'a [PlannedTable],
    /// The start of the addresses of dossiers: `https://…/procedures/131016/dossiers/`.
    dossier_address: String,
    /// By table, then by descriptor.
    targets: Vec<HashMap<&'a str, Vec<Target>>>,
    /// The fields of every dossier, for the main table.
    dossier_fields: Vec<(usize, DossierField)>,
    /// By descriptor of répétition, the index of its table.
    repetitions: HashMap<&'a str, usize>,
    scope: Scope,
}

impl<'a> Converter<'a> {
    /// Prepares for these tables, the main one first.
    pub fn new(tables: &'a [PlannedTable], dossier_address: String) -> Self {
        let mut targets = Vec::with_capacity(tables.len());
        let mut dossier_fields = Vec::new();
        for table in tables {
            let mut by_descriptor: HashMap<&str, Vec<Target>> = HashMap::new();
            for (column, planned) in table.columns.iter().enumerate() {
                for (rank, source) in planned.sources.iter().enumerate() {
                    match source {
                        Field::Champ(descriptor, facet) => {
                            by_descriptor.entry(descriptor.as_str()).or_default().push(Target { column, rank, facet: *facet });
                        }
                        Field::Dossier(field) => dossier_fields.push((column, *field)),
                        Field::Row(_) => {}
                    }
                }
            }
            targets.push(by_descriptor);
        }
        let repetitions = tables.iter().enumerate().filter_map(|(index, table)| match &table.key {
            TableKey::Repetition(descriptor) => Some((descriptor.as_str(), index)),
            TableKey::Dossiers => None,
        });
        Self { tables, dossier_address, repetitions: repetitions.collect(), targets, dossier_fields, scope: Scope::default() }
    }

    /// The same, for a connexion with filters.
    #[must_use]
    pub fn with_scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
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
        let columns = self.tables.first().map_or(&[][..], |table| &table.columns);
        let mut cells = vec![None; columns.len()];
        for (column, field) in &self.dossier_fields {
            let Some(((planned, cell), value)) = columns.get(*column).zip(cells.get_mut(*column)).zip(known(*field)) else { continue };
            match encode(value, &planned.column_type) {
                Ok(value) => *cell = Some(value),
                Err(misfit) => problems.push(Problem {
                    dossier: Some(number),
                    kind: ProblemKind::Misfit { column: planned.name.clone(), column_type: planned.column_type.clone(), value: misfit.shown },
                }),
            }
        }
        ConvertedRow { cells }
    }

    /// The rows of a dossier; what could not be converted is added to `problems`.
    pub fn convert(&self, dossier: &Dossier, problems: &mut Vec<Problem>) -> Conversion {
        let mut children: Vec<Option<Vec<(RowId, ConvertedRow)>>> = vec![None; self.tables.len().saturating_sub(1)];
        if dossier.champs.is_some() || dossier.annotations.is_some() {
            // A répétition hidden by a condition is absent from the answer: it has no rows.
            children.fill(Some(Vec::new()));
        }
        let champs = || dossier.champs.iter().chain(&dossier.annotations).flatten();
        let Some(main) = self.row(0, dossier, champs(), true, problems) else {
            return Conversion { main: ConvertedRow { cells: Vec::new() }, children };
        };
        for champ in champs() {
            if let ChampValue::Repetition(rows) = &champ.value
                && let Some(&index) = self.repetitions.get(champ.descriptor.as_str())
            {
                let converted = rows.iter().filter_map(|row| Some((row.id.clone(), self.row(index, dossier, row.champs.iter(), false, problems)?)));
                let converted = converted.collect();
                if let Some(slot) = index.checked_sub(1).and_then(|slot| children.get_mut(slot)) {
                    *slot = Some(converted);
                }
            }
        }
        Conversion { main, children }
    }

    fn row<'c>(
        &self,
        index: usize,
        dossier: &Dossier,
        champs: impl Iterator<Item = &'c Champ>,
        is_main: bool,
        problems: &mut Vec<Problem>,
    ) -> Option<ConvertedRow> {
        let table = self.tables.get(index)?;
        let targets = self.targets.get(index)?;
        let problem = |kind| Problem { dossier: Some(dossier.number), kind };
        // Absent is empty: a champ hidden by its condition must not leave its old value (rule 2).
        let mut cells: Vec<Option<CellValue>> = table.columns.iter().map(|column| Some(CellValue::empty(&column.column_type))).collect();
        let mut filled_by: Vec<Option<usize>> = vec![None; table.columns.len()];
        let mut place = |column: usize, value: Result<Value<'_>, Unreadable>, problems: &mut Vec<Problem>| {
            let Some((planned, cell)) = table.columns.get(column).zip(cells.get_mut(column)) else { return };
            match value.map(|value| encode(value, &planned.column_type)) {
                Ok(Ok(value)) => *cell = Some(value),
                Ok(Err(misfit)) => {
                    *cell = None;
                    problems.push(problem(ProblemKind::Misfit {
                        column: planned.name.clone(),
                        column_type: planned.column_type.clone(),
                        value: misfit.shown,
                    }));
                }
                Err(why) => {
                    *cell = None;
                    problems.push(problem(ProblemKind::Unreadable { column: planned.name.clone(), why }));
                }
            }
        };
        if is_main {
            for (column, field) in &self.dossier_fields {
                let value = match field {
                    DossierField::HorsSelection => Ok(Value::Bool(!self.scope.holds(dossier.standing()))),
                    field => dossier_value(dossier, *field, &self.dossier_address),
                };
                place(*column, value, problems);
            }
        }
        for champ in champs {
            for target in targets.get(champ.descriptor.as_str()).into_iter().flatten() {
                let value = read(champ, target.facet);
                let Some(filled) = filled_by.get_mut(target.column) else { continue };
                if value == Ok(Value::Empty) {
                    continue;
                }
                let first = filled.is_none_or(|rank| target.rank < rank);
                if filled.is_some()
                    && let Some(planned) = table.columns.get(target.column)
                {
                    problems.push(problem(ProblemKind::SeveralFilled { column: planned.name.clone() }));
                }
                if first {
                    *filled = Some(target.rank);
                    place(target.column, value, problems);
                }
            }
        }
        Some(ConvertedRow { cells })
    }
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
        DossierField::GroupeInstructeur => Value::text(dossier.groupe_instructeur()),
        DossierField::Instructeurs => match dossier.instructeurs() {
            Some(instructeurs) => Value::Text(instructeurs.collect::<Vec<_>>().join(", ").into()),
            None => Value::Empty,
        },
        DossierField::Labels => {
            let labels: Vec<&str> = dossier.labels().collect();
            if labels.is_empty() { Value::Empty } else { Value::Texts(labels) }
        }
        DossierField::Motivation => Value::text(dossier.motivation.as_deref()),
        DossierField::Archived => Value::Bool(dossier.archived),
        // A dossier that DS serves is not deleted; one that was restored is no longer so (rule 8).
        DossierField::DateSuppression | DossierField::MotifSuppression | DossierField::HorsSelection => Value::Empty,
        DossierField::UsagerEmail => Value::text(dossier.usager_email()),
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
pub(super) const fn is_writable(column_type: &ColumnType) -> bool {
    !matches!(column_type, ColumnType::Ref(_) | ColumnType::RefList(_) | ColumnType::Attachments | ColumnType::Other(_))
}
