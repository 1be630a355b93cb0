//! The champs of a dossier, whatever their type.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, ID, Name, OutputType, Positioned, ServerResult, SimpleObject, Value as Answer};

use super::column::{self, Column};
use super::declared::{self, Declared, Nested};
use super::dossier::Dossier;
use super::file::File;
use super::people::PersonneMorale;
use super::places::{Address, Commune, Departement, Epci, GeoArea, GeoJson, Pays, Region};
use super::scalars::{BigInt, IsoDate, IsoDateTime};
use crate::ds::call::{Call, refusal};
use crate::ds::clock::{self, Instant, global_id};
use crate::ds::vocabulary::{Civilite, TitreIdentiteGrantType};
use crate::ds::world::form::{Descriptor, Kind};
use crate::ds::world::value::{self, Row as StoredRow, Value, Values};

/// A champ of a dossier.
pub struct Champ {
    call: Arc<Call>,
    field: Arc<Descriptor>,
    /// The row of the répétition it is in.
    row: Option<String>,
    updated: Instant,
    typename: &'static str,
    value: Option<Value>,
}

/// A row of a répétition.
#[derive(SimpleObject)]
pub struct Row {
    /// Its champs.
    champs: Vec<Champ>,
    /// Its global id.
    id: ID,
}

/// What is known of a legal commitment. The platform never implemented its amounts.
#[derive(SimpleObject)]
pub struct EngagementJuridique {
    /// What is committed.
    montant_engage: Option<String>,
    /// What is paid.
    montant_paye: Option<String>,
}

/// The `__typename` that the real server gives: that of the kind when the query has a fragment for it, else an older one.
fn typename(kind: Kind, call: &Call) -> &'static str {
    let own = kind.champ_type();
    let older = match own {
        "AddressChamp" | "CommuneChamp" | "DepartementChamp" | "RegionChamp" | "PaysChamp" | "DropDownListChamp" | "HeaderSectionChamp"
        | "ExplicationChamp" => "TextChamp",
        "YesNoChamp" => "CheckboxChamp",
        "DatetimeChamp" => "DateChamp",
        "TitreIdentiteChamp" => "PieceJustificativeChamp",
        _ => return own,
    };
    if call.text.has_fragment(own) { own } else { older }
}

/// The champs of a form that are shown, with what they hold; only that of `id` when one is given.
pub(super) fn champs(
    call: &Arc<Call>,
    fields: &[Arc<Descriptor>],
    values: &Values,
    row: Option<&str>,
    updated: Instant,
    id: Option<&str>,
) -> Vec<Champ> {
    let wanted = |field: &Descriptor| id.is_none_or(|id| id == global_id("Champ", field.id));
    fields
        .iter()
        .filter(|field| wanted(field))
        .filter_map(|field| {
            let value = value::shown(field, fields, values)?;
            Some(Champ {
                call: Arc::clone(call),
                typename: typename(field.kind, call),
                field: Arc::clone(field),
                row: row.map(str::to_owned),
                updated,
                value: value.cloned(),
            })
        })
        .collect()
}

/// What is written beside an area, and its shape.
pub fn outline(area: &GeoArea) -> (&Option<String>, &GeoJson) {
    match area {
        GeoArea::SelectionUtilisateur(area) => (&area.description, &area.geometry),
        GeoArea::ParcelleCadastrale(area) => (&area.description, &area.geometry),
        GeoArea::Rpg(area) => (&area.description, &area.geometry),
    }
}

/// A word of an enumeration, as an answer.
fn word<E: async_graphql::resolver_utils::EnumType>(value: E) -> Answer {
    async_graphql::resolver_utils::enum_value(value)
}

impl Champ {
    fn string_value(&self) -> Option<String> {
        match &self.value {
            Some(value) => value.text(self.field.kind),
            None => value::empty_text(self.field.kind),
        }
    }

    fn id(&self) -> String {
        match &self.row {
            Some(row) => global_id("Champ", format!("{}|{row}", self.field.id)),
            None => global_id("Champ", self.field.id),
        }
    }

    /// `value`, which nine types of champ have and each has its own way.
    fn own_value(&self) -> Option<Answer> {
        let text = || self.string_value().filter(|text| !text.is_empty()).map_or(Answer::Null, Answer::String);
        let answer = match (self.typename, &self.value) {
            ("TextChamp" | "DropDownListChamp", Some(Value::Text(text))) => Answer::String(text.clone()),
            ("TextChamp" | "DropDownListChamp", _) => text(),
            ("CheckboxChamp" | "YesNoChamp", Some(Value::Flag(flag))) => Answer::Boolean(*flag),
            ("CheckboxChamp", _) => Answer::Boolean(false),
            ("IntegerNumberChamp", Some(Value::Integer(number))) => Answer::String(number.to_string()),
            ("DecimalNumberChamp", Some(Value::Decimal(text))) => decimal(text),
            ("CiviliteChamp", Some(Value::Civilite(civilite))) => word(*civilite),
            ("DateChamp", Some(Value::Date(date))) => Answer::String(clock::iso(date.midnight().assume_utc())),
            ("DateChamp", Some(Value::Datetime(at))) => Answer::String(clock::iso(*at)),
            ("YesNoChamp" | "IntegerNumberChamp" | "DecimalNumberChamp" | "CiviliteChamp" | "DateChamp", _) => Answer::Null,
            _ => return None,
        };
        Some(answer)
    }

    fn files(&self) -> Vec<File> {
        match &self.value {
            // An infected or broken file is left out of the list without a word.
            Some(Value::Files(files)) => {
                files.iter().filter(|file| !matches!(file.scan, "infected" | "integrity_error")).map(|file| self.call.files.describe(file)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn rows(&self) -> Vec<Row> {
        let Some(Value::Rows(rows)) = &self.value else {
            return Vec::new();
        };
        let row = |row: &StoredRow| Row {
            champs: champs(&self.call, &self.field.children, &row.values, Some(&row.id), self.updated, None),
            id: global_id("Row", &row.id).into(),
        };
        rows.iter().map(row).collect()
    }

    fn address(&self) -> Option<&Address> {
        match &self.value {
            Some(Value::Address(address)) => Some(address),
            Some(Value::Rna(rna)) => rna.address.as_ref(),
            Some(Value::Rnf(rnf)) => rnf.address.as_ref(),
            _ => None,
        }
    }

    fn commune(&self) -> Option<Commune> {
        match &self.value {
            Some(Value::Commune(commune, _)) => Some(commune.clone()),
            // An address abroad has no commune.
            _ => self.address().filter(|address| !address.postal_code.is_empty()).map(|address| Commune {
                code: address.city_code.clone(),
                name: address.city_name.clone(),
                postal_code: Some(address.postal_code.clone()),
            }),
        }
    }

    fn departement(&self) -> Option<Departement> {
        match &self.value {
            Some(Value::Departement(departement) | Value::Commune(_, departement) | Value::Epci(_, departement)) => Some(departement.clone()),
            _ => self.address().and_then(|address| {
                let code = address.department_code.clone()?;
                Some(Departement { code, name: address.department_name.clone()? })
            }),
        }
    }

    fn linked_dossier(&self, context: &Context<'_>) -> Option<Dossier> {
        let Some(Value::Dossier(number)) = self.value else {
            return None;
        };
        let (demarche, dossier) = self.call.store.dossier(number)?;
        if self.call.scope.reads(demarche.number) {
            return Some(Dossier::new(demarche, dossier));
        }
        let hidden = refusal("An object of type Dossier was hidden due to permissions", "unauthorized");
        context.add_error(context.set_error_path(hidden.into_server_error(context.item.pos)));
        None
    }
}

fn decimal(text: &str) -> Answer {
    text.parse().ok().and_then(serde_json::Number::from_f64).map_or(Answer::Null, Answer::Number)
}

impl Declared for Champ {
    const INTERFACE: &'static str = "Champ";

    fn typename(&self) -> &'static str {
        self.typename
    }

    fn leaf(&self, name: &str) -> Option<Answer> {
        let text = |text: Option<&String>| text.map_or(Answer::Null, |text| Answer::String(text.clone()));
        Some(match name {
            "champDescriptorId" => Answer::String(global_id("Champ", self.field.id)),
            "id" => Answer::String(self.id()),
            "label" => Answer::String(self.field.label.clone()),
            "prefilled" | "prefilledValueModified" => Answer::Boolean(false),
            "stringValue" => self.string_value().map_or(Answer::Null, Answer::String),
            "updatedAt" => Answer::String(clock::iso(self.updated)),
            "value" => return self.own_value(),
            "date" => match &self.value {
                Some(Value::Date(date)) => Answer::String(clock::iso_date(*date)),
                Some(Value::Datetime(at)) => Answer::String(clock::iso_date(clock::paris(*at).date())),
                _ => Answer::Null,
            },
            "datetime" => match &self.value {
                Some(Value::Datetime(at)) => Answer::String(clock::iso(*at)),
                _ => Answer::Null,
            },
            "values" => match &self.value {
                Some(Value::Choices(choices)) => Answer::List(choices.iter().cloned().map(Answer::String).collect()),
                _ => Answer::List(Vec::new()),
            },
            "primaryValue" | "secondaryValue" => {
                let chosen = match &self.value {
                    Some(Value::Linked(primary, secondary)) => Some(if name == "primaryValue" { primary } else { secondary }),
                    _ => None,
                };
                text(chosen.filter(|chosen| !chosen.is_empty()))
            }
            "level" => Answer::from(self.field.level),
            "nature" => Answer::from(self.field.nature),
            "filled" => Answer::Boolean(matches!(self.value, Some(Value::Flag(true)))),
            "grantType" => word(TitreIdentiteGrantType::PieceJustificative),
            _ => return None,
        })
    }

    fn nested<'a>(&'a self, context: &'a Context<'a>) -> Nested<'a> {
        Box::pin(async move {
            let set = context.with_selection_set(&context.item.node.selection_set);
            let field = context.item;
            macro_rules! answer {
                ($value:expr) => {
                    OutputType::resolve(&$value, &set, field).await
                };
            }
            match context.item.node.name.node.as_str() {
                "columns" => {
                    let columns: Vec<Column> = column::columns(&self.field, self.value.as_ref(), &self.call.files);
                    answer!(columns)
                }
                "address" => answer!(self.address().cloned()),
                "commune" => answer!(self.commune()),
                "departement" => answer!(self.departement()),
                "pays" => answer!(match &self.value {
                    Some(Value::Pays(pays)) => Some(pays.clone()),
                    _ => None,
                }),
                "region" => answer!(match &self.value {
                    Some(Value::Region(region)) => Some(region.clone()),
                    _ => None,
                }),
                "epci" => answer!(match &self.value {
                    Some(Value::Epci(epci, _)) => Some(epci.clone()),
                    _ => None,
                }),
                "geoAreas" => answer!(match &self.value {
                    Some(Value::Zones(areas)) => areas.clone(),
                    _ => Vec::new(),
                }),
                "etablissement" => answer!(match &self.value {
                    Some(Value::Siret(_, Some(body))) => Some(PersonneMorale::clone(body)),
                    _ => None,
                }),
                "rna" => answer!(match &self.value {
                    Some(Value::Rna(rna)) => Some(rna.as_ref().clone()),
                    _ => None,
                }),
                "rnf" => answer!(match &self.value {
                    Some(Value::Rnf(rnf)) => Some(rnf.as_ref().clone()),
                    _ => None,
                }),
                "engagementJuridique" => {
                    answer!(self.value.as_ref().map(|_| EngagementJuridique {
                        montant_engage: Some("NotYetImplemented".to_owned()),
                        montant_paye: Some("NotYetImplemented".to_owned()),
                    }))
                }
                "dossier" => answer!(self.linked_dossier(context)),
                "file" => answer!(self.files().into_iter().next()),
                "files" => answer!(self.files()),
                "rows" => answer!(self.rows()),
                "champs" => {
                    let all: Vec<Champ> = self.rows().into_iter().flat_map(|row| row.champs).collect();
                    answer!(all)
                }
                _ => Err(declared::unanswered(self, context)),
            }
        })
    }
}

impl OutputType for Champ {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(Self::INTERFACE)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        if !registry.types.contains_key(Self::INTERFACE) {
            declared::register(registry, include_str!("champs.graphql"));
            // What the declaration names and nothing else brings in.
            Address::create_type_info(registry);
            Commune::create_type_info(registry);
            Departement::create_type_info(registry);
            Epci::create_type_info(registry);
            Pays::create_type_info(registry);
            Region::create_type_info(registry);
            GeoArea::create_type_info(registry);
            PersonneMorale::create_type_info(registry);
            super::people::Rna::create_type_info(registry);
            super::people::Rnf::create_type_info(registry);
            EngagementJuridique::create_type_info(registry);
            File::create_type_info(registry);
            Row::create_type_info(registry);
            Column::create_type_info(registry);
            Dossier::create_type_info(registry);
            <BigInt as OutputType>::create_type_info(registry);
            <IsoDate as OutputType>::create_type_info(registry);
            <IsoDateTime as OutputType>::create_type_info(registry);
            <Civilite as OutputType>::create_type_info(registry);
            <TitreIdentiteGrantType as OutputType>::create_type_info(registry);
        }
        Self::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.typename)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Answer> {
        declared::resolve(self, context).await
    }
}

/// A word that is not of a Rust enumeration, as an answer.
pub fn bare_word(word: &str) -> Answer {
    Answer::Enum(Name::new(word))
}
