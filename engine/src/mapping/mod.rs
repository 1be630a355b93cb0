//! What goes where: fields and facets, the mapping and its proposal, the document's half of it, and drift.

mod binding;
mod drift;
mod facet;
mod field;
mod form;
mod geometry;
mod html;
mod linked;
mod proposal;
mod scope;
mod sibling;
mod value;

use serde::Serialize;

pub use binding::{Binding, ColumnBinding, TableBinding};
pub use drift::{Change, Drift};
pub(crate) use facet::organisation;
pub use facet::{Facet, FacetOffer, offers, part_type, read, read_part};
pub use field::{DossierField, Field, RowField, TableKey, UnknownField};
pub(crate) use form::placed;
pub(crate) use linked::things;
pub use linked::{LinkedField, LinkedTable};
pub use proposal::{Family, Line, Preset, Proposal, Section, SectionOrigin};
pub use scope::{Fate, Keeping, Scope, SourceFilter};
pub(crate) use sibling::spaced;
pub use sibling::{Sibling, Translation};
pub(crate) use value::shown;
pub use value::{Misfit, Unreadable, Value, encode};

use crate::{
    ds::{ChampType, DemarcheNumber, DescriptorId},
    grist::ColumnType,
    json::{FromJson, Json, Malformed},
    sorted::SortedMap,
};

/// The format of a mapping in JSON; it changes when an older Relais could no longer read it.
pub const FORMAT: u32 = 1;

/// A field of the form as it was when it was mapped: what drift is measured against, and what a template will carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownField {
    /// Its label.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub champ_type: ChampType,
    /// The title of the section it stands in, empty before the first.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub section: String,
}

impl FromJson for KnownField {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { label: json.read("label")?, champ_type: json.read("type")?, section: json.read_or_default("section")? })
    }
}

/// One column and what fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnMapping {
    /// Usually one. Several when fields of the form take turns: the first filled one is written.
    pub sources: Vec<Field>,
    /// The column's label when it is created; agents may change it afterwards.
    pub name: String,
    /// The help on its header: the whole label of the field.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its type when it is created; agents may change it afterwards.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
}

impl FromJson for ColumnMapping {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            sources: json.read("sources")?,
            name: json.read("name")?,
            description: json.read_or_default("description")?,
            column_type: json.read("type")?,
        })
    }
}

impl ColumnMapping {
    /// What names the column in a binding: its first source. A mapping without a source has no column.
    pub fn key(&self) -> Option<&Field> {
        self.sources.first()
    }
}

/// One table and its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableMapping {
    /// What its rows are.
    pub key: TableKey,
    /// Its name when it is created; agents may change it afterwards.
    pub name: String,
    /// Its columns, in the order of their creation.
    pub columns: Vec<ColumnMapping>,
}

impl FromJson for TableMapping {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { key: json.read("key")?, name: json.read("name")?, columns: json.read("columns")? })
    }
}

/// The fields of a form, as they were when they were mapped.
pub type KnownFields = SortedMap<DescriptorId, KnownField>;

/// Which fields of a démarche go to which tables and columns. Portable: no token, no data, no reference of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// See [`FORMAT`].
    pub format: u32,
    /// The démarche.
    pub demarche: DemarcheNumber,
    /// Its title, for people.
    pub title: String,
    /// The main table first, then those of répétitions and of other things that a dossier has several of.
    pub tables: Vec<TableMapping>,
    /// The fields of the form that are mapped, as they were then.
    pub fields: KnownFields,
}

impl FromJson for Mapping {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            format: json.read("format")?,
            demarche: json.read("demarche")?,
            title: json.read("title")?,
            tables: json.read("tables")?,
            fields: json.read("fields")?,
        })
    }
}

impl Mapping {
    /// A text that changes exactly when what is read or written does: names and help do not count.
    pub fn fingerprint(&self) -> String {
        use std::hash::{BuildHasher, Hash, Hasher};
        let mut hasher = foldhash::quality::FixedState::default().build_hasher();
        for table in &self.tables {
            table.key.to_string().hash(&mut hasher);
            for column in &table.columns {
                column.sources.len().hash(&mut hasher);
                for source in &column.sources {
                    source.to_string().hash(&mut hasher);
                }
            }
        }
        format!("{:016x}", hasher.finish())
    }

    /// Maps something that every dossier has, when it is not: to a column of its usual name, the last of the main table.
    pub fn require(&mut self, field: DossierField) {
        let field = Field::Dossier(field);
        let Some(main) = self.tables.first_mut() else { return };
        if main.columns.iter().any(|column| column.sources.contains(&field)) {
            return;
        }
        if let Field::Dossier(known) = field {
            let base = crate::words::dossier_field(known).to_owned();
            let is_free = |name: &str| main.columns.iter().all(|column| !column.name.eq_ignore_ascii_case(name));
            let name = crate::naming::first_free(base, |base, number| format!("{base} ({number})"), is_free);
            main.columns.push(ColumnMapping { sources: vec![field], name, description: String::new(), column_type: known.column_type() });
        }
    }

    /// The table of this key.
    pub fn table(&self, key: &TableKey) -> Option<&TableMapping> {
        self.tables.iter().find(|table| &table.key == key)
    }
}
