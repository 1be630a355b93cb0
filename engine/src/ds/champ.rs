//! Champs: the values of a dossier.

use serde::{Deserialize, Deserializer};

use super::{ColumnKey, DescriptorId, RowId};
use crate::{InvalidTimestamp, Timestamp};

/// A named thing with its code: country, région, département, EPCI; communes also have a postal code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedCode {
    /// Its name.
    pub name: String,
    /// ISO or INSEE code: text, for the sake of leading zeros and of 2A.
    pub code: String,
    /// Of a commune.
    #[serde(default)]
    pub postal_code: Option<String>,
}

/// An address, normalised by DS from the Base adresse nationale or from INSEE.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// All of it; of a company, over several lines.
    pub label: String,
    /// Number and street.
    #[serde(default)]
    pub street_address: Option<String>,
    /// Text: leading zeros.
    pub postal_code: String,
    /// Commune.
    pub city_name: String,
    /// INSEE code of the commune.
    pub city_code: String,
    /// Département.
    #[serde(default)]
    pub department_name: Option<String>,
    /// `01`, `2A`, `974`; `99` abroad.
    #[serde(default)]
    pub department_code: Option<String>,
    /// Région.
    #[serde(default)]
    pub region_name: Option<String>,
    /// Its INSEE code.
    #[serde(default)]
    pub region_code: Option<String>,
    /// Abroad.
    #[serde(default)]
    pub country_name: Option<String>,
}

/// What INSEE says of an establishment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonneMorale {
    /// 14 digits.
    pub siret: String,
    /// Whether it is the head office.
    #[serde(default)]
    pub siege_social: Option<bool>,
    /// Code of the activity.
    #[serde(default)]
    pub naf: Option<String>,
    /// Name of the activity.
    #[serde(default)]
    pub libelle_naf: Option<String>,
    /// Its address.
    #[serde(default)]
    pub address: Option<Address>,
    /// The company it belongs to.
    #[serde(default)]
    pub entreprise: Option<Entreprise>,
    /// The association it is.
    #[serde(default)]
    pub association: Option<Association>,
}

/// What INSEE says of a company.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entreprise {
    /// 9 digits.
    pub siren: String,
    /// Legal form.
    #[serde(default)]
    pub forme_juridique: Option<String>,
    /// Registered name.
    #[serde(default)]
    pub raison_sociale: Option<String>,
    /// Trading name.
    #[serde(default)]
    pub nom_commercial: Option<String>,
    /// A day, as DS writes it.
    #[serde(default)]
    pub date_creation: Option<String>,
    /// `Actif` or `Ferme`.
    #[serde(default)]
    pub etat_administratif: Option<String>,
}

/// What the directory of associations says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Association {
    /// W and 9 digits.
    pub rna: String,
    /// Its name.
    #[serde(default)]
    pub titre: Option<String>,
}

/// An RNA or RNF record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DirectoryRecord {
    /// Its number in the directory.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub title: Option<String>,
}

/// A file, without its address: addresses expire after an hour and open the file to whoever holds them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct File {
    /// As the usager named it.
    pub filename: String,
}

/// A geometry of GeoJSON.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct GeoGeometry {
    /// Point, LineString, Polygon…
    #[serde(rename = "type")]
    pub kind: String,
    /// Longitude first, nested as the kind says.
    pub coordinates: serde_json::Value,
}

/// An area drawn on a carte, or a cadastral parcel.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct GeoArea {
    /// Its shape.
    pub geometry: GeoGeometry,
    /// The usager's words.
    #[serde(default)]
    pub description: Option<String>,
    /// Of a parcel, in square metres: a text for DS, a number in newer types.
    #[serde(default)]
    pub surface: Option<serde_json::Value>,
    /// The key.
    pub id: RowId,
    /// `cadastre`, `rpg`, `selection_utilisateur`.
    #[serde(default)]
    pub source: Option<Box<str>>,
    /// Of a parcel: INSEE code of its commune.
    #[serde(default)]
    pub commune: Option<Box<str>>,
    /// Of a parcel, before its section.
    #[serde(default)]
    pub prefixe: Option<Box<str>>,
    /// Of a parcel.
    #[serde(default)]
    pub section: Option<Box<str>>,
    /// Of a parcel, in its section.
    #[serde(default)]
    pub numero: Option<Box<str>>,
}

/// A part that DS knows of a value beyond its text: what a référentiel holds under the reference, the holder of a RIB.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "RawColumn")]
pub struct ChampColumn {
    /// Which part, of which field: the same in every dossier (facts/ds-api.md, section 1.4).
    pub id: ColumnKey,
    /// « Référence de l’inventaire – Dénomination ».
    pub label: Box<str>,
    /// DS's own text for it. Never empty.
    pub text: Option<Box<str>>,
    /// The value.
    pub value: ChampValue,
}

/// A row of a répétition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RepetitionRow {
    /// Stable: the key of a row of the répétition's table.
    pub id: RowId,
    /// Its values.
    pub champs: Vec<Champ>,
}

/// A value, by the champ's own `__typename`. Empty is None, or an empty list.
#[derive(Clone, Debug, PartialEq)]
pub enum ChampValue {
    /// Any type whose value is the text of [`Champ::text`].
    Text,
    /// A day.
    Date(Option<Timestamp>),
    /// An instant.
    Datetime(Option<Timestamp>),
    /// Digits, of any length: DS sends them as a text or as a number.
    Integer(Option<Box<str>>),
    /// A number; 0.0 is a value.
    Decimal(Option<f64>),
    /// A box; never empty for DS.
    Checkbox(bool),
    /// Oui, non, or no answer.
    YesNo(Option<bool>),
    /// `M` or `Mme`.
    Civilite(Option<Box<str>>),
    /// One of a list, or a free answer.
    DropDownList(Option<Box<str>>),
    /// Several of a list; they may hold commas.
    MultipleDropDownList(Vec<Box<str>>),
    /// One of a list, then one of the list that it opens.
    LinkedDropDownList(Option<Box<str>>, Option<Box<str>>),
    /// Country, région or département.
    Named(Option<Box<NamedCode>>),
    /// A commune or an EPCI, and its département.
    WithDepartement(Option<Box<NamedCode>>, Option<Box<NamedCode>>),
    /// None also for old addresses, typed freely: their text remains.
    Address(Option<Box<Address>>),
    /// None also while INSEE's service was down: the SIRET remains as text.
    Siret(Option<Box<PersonneMorale>>),
    /// RNA or RNF.
    Directory(Option<Box<DirectoryRecord>>),
    /// None when files were not asked for.
    Files(Option<Vec<File>>),
    /// Whether a titre d'identité was given; the file itself is never shown.
    TitreIdentite(bool),
    /// None when geometry was not asked for.
    Carte(Option<Vec<GeoArea>>),
    /// The rows of a répétition.
    Repetition(Vec<RepetitionRow>),
    /// A title or an explanation: nothing to read.
    Decoration,
    /// DS sent something that its own schema does not allow here: why, for the journal.
    Unreadable(Box<str>),
}

/// A field of a dossier, with its value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "RawChamp")]
pub struct Champ {
    /// Which field of the form.
    pub descriptor: DescriptorId,
    /// DS's own text for the value: the last resort, and the value itself of plain texts. Never empty.
    pub text: Option<Box<str>>,
    /// The value.
    pub value: ChampValue,
    /// The label of a carte, when geometry was asked for.
    pub label: Option<Box<str>>,
    /// The parts that DS knows of it. None when not asked for, or when the type has none that we ask for.
    pub columns: Option<Vec<ChampColumn>>,
}

/// The fields of every type side by side. Flat, because choosing a type by a tag would copy each champ twice, and a page
/// holds thousands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawChamp {
    #[serde(rename = "__typename")]
    typename: Box<str>,
    champ_descriptor_id: DescriptorId,
    #[serde(default)]
    string_value: Option<Box<str>>,
    #[serde(default)]
    date: Option<Box<str>>,
    #[serde(default)]
    datetime: Option<Box<str>>,
    #[serde(default, deserialize_with = "digits")]
    integer: Option<Box<str>>,
    #[serde(default)]
    decimal: Option<f64>,
    #[serde(default)]
    checked: Option<bool>,
    #[serde(default)]
    yes_no: Option<bool>,
    #[serde(default)]
    civilite: Option<Box<str>>,
    #[serde(default)]
    choice: Option<Box<str>>,
    #[serde(default)]
    choices: Option<Vec<Box<str>>>,
    #[serde(default)]
    primary_value: Option<Box<str>>,
    #[serde(default)]
    secondary_value: Option<Box<str>>,
    #[serde(default)]
    pays: Option<Box<NamedCode>>,
    #[serde(default)]
    region: Option<Box<NamedCode>>,
    #[serde(default)]
    departement: Option<Box<NamedCode>>,
    #[serde(default)]
    commune: Option<Box<NamedCode>>,
    #[serde(default)]
    epci: Option<Box<NamedCode>>,
    #[serde(default)]
    address: Option<Box<Address>>,
    #[serde(default)]
    etablissement: Option<Box<PersonneMorale>>,
    #[serde(default)]
    rna: Option<Box<DirectoryRecord>>,
    #[serde(default)]
    rnf: Option<Box<DirectoryRecord>>,
    #[serde(default)]
    files: Option<Vec<File>>,
    #[serde(default)]
    filled: Option<bool>,
    #[serde(default)]
    geo_areas: Option<Vec<GeoArea>>,
    #[serde(default)]
    rows: Option<Vec<RepetitionRow>>,
    #[serde(default)]
    label: Option<Box<str>>,
    #[serde(default)]
    columns: Option<Vec<ChampColumn>>,
}

/// The same of a column.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawColumn {
    #[serde(rename = "__typename")]
    typename: Box<str>,
    id: ColumnKey,
    label: Box<str>,
    #[serde(default)]
    string_value: Option<Box<str>>,
    #[serde(default, deserialize_with = "digits")]
    integer: Option<Box<str>>,
    #[serde(default)]
    decimal: Option<f64>,
    #[serde(default)]
    checked: Option<bool>,
    #[serde(default)]
    date: Option<Box<str>>,
    #[serde(default)]
    datetime: Option<Box<str>>,
    #[serde(default)]
    choices: Option<Vec<Box<str>>>,
}

/// BigInt: `"42"` or `42` (facts/ds-api.md, section 1.4).
fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<str>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum BigInt {
        Number(serde_json::Number),
        Text(Box<str>),
    }
    Ok(Option::deserialize(deserializer)?.map(|value| match value {
        BigInt::Number(number) => number.to_string().into(),
        BigInt::Text(text) => text,
    }))
}

fn day(text: Option<Box<str>>) -> ChampValue {
    moment(text, Timestamp::parse_day).map_or_else(|unreadable| unreadable, ChampValue::Date)
}

fn instant(text: Option<Box<str>>) -> ChampValue {
    moment(text, Timestamp::parse).map_or_else(|unreadable| unreadable, ChampValue::Datetime)
}

fn moment(text: Option<Box<str>>, read: fn(&str) -> Result<Timestamp, InvalidTimestamp>) -> Result<Option<Timestamp>, ChampValue> {
    filled(text).map(|text| read(&text)).transpose().map_err(|error| ChampValue::Unreadable(error.0.into()))
}

impl From<RawChamp> for Champ {
    fn from(raw: RawChamp) -> Self {
        let value = match &*raw.typename {
            "DateChamp" => day(raw.date),
            "DatetimeChamp" => instant(raw.datetime),
            "IntegerNumberChamp" => ChampValue::Integer(filled(raw.integer)),
            "DecimalNumberChamp" => ChampValue::Decimal(raw.decimal),
            "CheckboxChamp" => ChampValue::Checkbox(raw.checked.unwrap_or_default()),
            "YesNoChamp" => ChampValue::YesNo(raw.yes_no),
            "CiviliteChamp" => ChampValue::Civilite(filled(raw.civilite)),
            "DropDownListChamp" => ChampValue::DropDownList(filled(raw.choice)),
            "MultipleDropDownListChamp" => ChampValue::MultipleDropDownList(raw.choices.unwrap_or_default()),
            "LinkedDropDownListChamp" => ChampValue::LinkedDropDownList(filled(raw.primary_value), filled(raw.secondary_value)),
            "PaysChamp" => ChampValue::Named(raw.pays),
            "RegionChamp" => ChampValue::Named(raw.region),
            "DepartementChamp" => ChampValue::Named(raw.departement),
            "CommuneChamp" => ChampValue::WithDepartement(raw.commune, raw.departement),
            "EpciChamp" => ChampValue::WithDepartement(raw.epci, raw.departement),
            "AddressChamp" => ChampValue::Address(raw.address),
            "SiretChamp" => ChampValue::Siret(raw.etablissement),
            "RNAChamp" => ChampValue::Directory(raw.rna),
            "RNFChamp" => ChampValue::Directory(raw.rnf),
            "PieceJustificativeChamp" => ChampValue::Files(raw.files),
            "TitreIdentiteChamp" => ChampValue::TitreIdentite(raw.filled.unwrap_or_default()),
            "CarteChamp" => ChampValue::Carte(raw.geo_areas),
            "RepetitionChamp" => ChampValue::Repetition(raw.rows.unwrap_or_default()),
            "HeaderSectionChamp" | "ExplicationChamp" => ChampValue::Decoration,
            _ => ChampValue::Text,
        };
        Self { descriptor: raw.champ_descriptor_id, text: filled(raw.string_value), value, label: filled(raw.label), columns: raw.columns }
    }
}

impl From<RawColumn> for ChampColumn {
    fn from(raw: RawColumn) -> Self {
        let value = match &*raw.typename {
            "IntegerColumn" => ChampValue::Integer(filled(raw.integer)),
            "DecimalColumn" => ChampValue::Decimal(raw.decimal),
            "BooleanColumn" => ChampValue::YesNo(raw.checked),
            "DateColumn" => day(raw.date),
            "DateTimeColumn" => instant(raw.datetime),
            "EnumColumn" => ChampValue::DropDownList(filled(raw.string_value.clone())),
            "EnumsColumn" => ChampValue::MultipleDropDownList(raw.choices.unwrap_or_default()),
            _ => ChampValue::Text,
        };
        Self { id: raw.id, label: raw.label, text: filled(raw.string_value), value }
    }
}

fn filled(text: Option<Box<str>>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty())
}

impl Champ {
    /// Whether DS holds no value for this field.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            ChampValue::Text => self.text.is_none(),
            ChampValue::Date(value) | ChampValue::Datetime(value) => value.is_none(),
            ChampValue::Integer(value) | ChampValue::Civilite(value) | ChampValue::DropDownList(value) => value.is_none(),
            ChampValue::Decimal(value) => value.is_none(),
            ChampValue::Checkbox(value) | ChampValue::TitreIdentite(value) => !value,
            ChampValue::YesNo(value) => value.is_none(),
            ChampValue::MultipleDropDownList(values) => values.is_empty(),
            ChampValue::LinkedDropDownList(primary, secondary) => primary.is_none() && secondary.is_none(),
            ChampValue::Named(value) | ChampValue::WithDepartement(value, _) => value.is_none() && self.text.is_none(),
            ChampValue::Address(value) => value.is_none() && self.text.is_none(),
            ChampValue::Siret(value) => value.is_none() && self.text.is_none(),
            ChampValue::Directory(value) => value.is_none() && self.text.is_none(),
            ChampValue::Files(files) => files.as_ref().is_none_or(Vec::is_empty),
            ChampValue::Carte(areas) => areas.as_ref().is_none_or(Vec::is_empty),
            ChampValue::Repetition(rows) => rows.is_empty(),
            ChampValue::Decoration => true,
            ChampValue::Unreadable(_) => false,
        }
    }
}
