//! Champs: the values of a dossier.

use super::{Address, ColumnKey, DescriptorId, DirectoryRecord, NamedCode, PersonneMorale, RowId};
use crate::{
    InvalidTimestamp, Timestamp,
    json::{self, FromJson, Json, Malformed},
};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As the usager named it.
    pub filename: String,
    /// Where its bytes are. None when they were not asked for.
    pub content: Option<FileContent>,
}

impl File {
    /// Whether it is the same file: the same content under another name is another.
    pub fn is_same(&self, other: &Self) -> bool {
        let checksum = |file: &'_ Self| file.content.as_ref().map(|content| content.checksum.clone());
        self.filename == other.filename && checksum(self) == checksum(other)
    }
}

/// The bytes of a file, as DS tells of them.
#[derive(Clone, PartialEq, Eq)]
pub struct FileContent {
    /// The MD5 of its bytes, in base64: another one is another file.
    pub checksum: Box<str>,
    /// How many bytes.
    pub size: u64,
    /// What DS's antivirus found.
    pub scan: FileScan,
    /// A signed address: it expires after an hour, and opens the file to whoever holds it. It is never written.
    pub url: Box<str>,
}

impl std::fmt::Debug for FileContent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FileContent")
            .field("checksum", &self.checksum)
            .field("size", &self.size)
            .field("scan", &self.scan)
            .finish_non_exhaustive()
    }
}

/// What DS's antivirus found in a file. Source: facts/ds-api.md, section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileScan {
    /// Nothing yet: it has not looked.
    Pending,
    /// Nothing.
    Safe,
    /// A virus.
    Infected,
    /// The file is not the one that was sent.
    Corrupt,
}

impl FromJson for File {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        // All of it is asked for, or none.
        let content = json.get("url").as_text().zip(size(json.get("byteSizeBigInt"))).zip(json.get("checksum").as_text());
        let content = content.map(|((url, size), checksum)| FileContent {
            checksum: checksum.into(),
            size,
            // What a newer DS may find is not taken for harmless.
            scan: match json.get("virusScanResult").as_text() {
                Some("safe") => FileScan::Safe,
                Some("infected") => FileScan::Infected,
                Some("integrity_error") => FileScan::Corrupt,
                _ => FileScan::Pending,
            },
            url: url.into(),
        });
        Ok(Self { filename: json.read("filename")?, content })
    }
}

/// BigInt: a text, or a number.
fn size(json: &Json<'_>) -> Option<u64> {
    match json {
        Json::Text(digits) => digits.parse().ok(),
        Json::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

/// A geometry of GeoJSON.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoGeometry {
    /// Point, LineString, Polygon…
    pub kind: String,
    /// Longitude first, nested as the kind says.
    pub coordinates: serde_json::Value,
}

impl FromJson for GeoGeometry {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { kind: json.read("type")?, coordinates: json.get("coordinates").to_value() })
    }
}

/// An area drawn on a carte, or a cadastral parcel.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoArea {
    /// Its shape.
    pub geometry: GeoGeometry,
    /// The usager's words.
    pub description: Option<String>,
    /// Of a parcel, in square metres.
    pub surface: Option<f64>,
    /// The key.
    pub id: RowId,
    /// `cadastre`, `rpg`, `selection_utilisateur`.
    pub source: Option<Box<str>>,
    /// Of a parcel: INSEE code of its commune.
    pub commune: Option<Box<str>>,
    /// Of a parcel, before its section.
    pub prefixe: Option<Box<str>>,
    /// Of a parcel.
    pub section: Option<Box<str>>,
    /// Of a parcel, in its section.
    pub numero: Option<Box<str>>,
}

impl FromJson for GeoArea {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        // A text for DS, a number in newer types.
        let surface = match json.get("surface") {
            Json::Text(text) => json::number(text),
            other => f64::from_json(other).ok(),
        };
        Ok(Self {
            geometry: json.read("geometry")?,
            description: json.read("description")?,
            surface,
            id: json.read("id")?,
            source: json.read("source")?,
            commune: json.read("commune")?,
            prefixe: json.read("prefixe")?,
            section: json.read("section")?,
            numero: json.read("numero")?,
        })
    }
}

/// A part that DS knows of a value beyond its text: what a référentiel holds under the reference, the holder of a RIB.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct RepetitionRow {
    /// Stable: the key of a row of the répétition's table.
    pub id: RowId,
    /// Its values.
    pub champs: Vec<Champ>,
}

impl FromJson for RepetitionRow {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, champs: json.read("champs")? })
    }
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
#[derive(Clone, Debug, PartialEq)]
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

/// BigInt: `"42"` or `42` (facts/ds-api.md, section 1.4).
fn digits(json: &Json<'_>) -> ChampValue {
    match json {
        Json::Null => ChampValue::Integer(None),
        Json::Integer(number) => ChampValue::Integer(Some(number.to_string().into())),
        Json::Text(text) => ChampValue::Integer(filled(Some(text.as_ref().into()))),
        // Its digits are lost already.
        _ => ChampValue::Unreadable("an integer that is none".into()),
    }
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

impl FromJson for Champ {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let value = match json.get("__typename").as_text().ok_or(Malformed("__typename"))? {
            "DateChamp" => day(json.read("date")?),
            "DatetimeChamp" => instant(json.read("datetime")?),
            "IntegerNumberChamp" => digits(json.get("integer")),
            "DecimalNumberChamp" => ChampValue::Decimal(json.read("decimal")?),
            "CheckboxChamp" => ChampValue::Checkbox(json.read_or_default("checked")?),
            "YesNoChamp" => ChampValue::YesNo(json.read("yesNo")?),
            "CiviliteChamp" => ChampValue::Civilite(filled(json.read("civilite")?)),
            "DropDownListChamp" => ChampValue::DropDownList(filled(json.read("choice")?)),
            "MultipleDropDownListChamp" => ChampValue::MultipleDropDownList(json.read_or_default("choices")?),
            "LinkedDropDownListChamp" => ChampValue::LinkedDropDownList(filled(json.read("primaryValue")?), filled(json.read("secondaryValue")?)),
            "PaysChamp" => ChampValue::Named(json.read("pays")?),
            "RegionChamp" => ChampValue::Named(json.read("region")?),
            "DepartementChamp" => ChampValue::Named(json.read("departement")?),
            "CommuneChamp" => ChampValue::WithDepartement(json.read("commune")?, json.read("departement")?),
            "EpciChamp" => ChampValue::WithDepartement(json.read("epci")?, json.read("departement")?),
            "AddressChamp" => ChampValue::Address(json.read("address")?),
            "SiretChamp" => ChampValue::Siret(json.read("etablissement")?),
            "RNAChamp" => ChampValue::Directory(json.read("rna")?),
            "RNFChamp" => ChampValue::Directory(json.read("rnf")?),
            "PieceJustificativeChamp" => ChampValue::Files(json.read("files")?),
            "TitreIdentiteChamp" => ChampValue::TitreIdentite(json.read_or_default("filled")?),
            "CarteChamp" => ChampValue::Carte(json.read("geoAreas")?),
            "RepetitionChamp" => ChampValue::Repetition(json.read_or_default("rows")?),
            "HeaderSectionChamp" | "ExplicationChamp" => ChampValue::Decoration,
            _ => ChampValue::Text,
        };
        Ok(Self {
            descriptor: json.read("champDescriptorId")?,
            text: filled(json.read("stringValue")?),
            value,
            label: filled(json.read("label")?),
            columns: json.read("columns")?,
        })
    }
}

impl FromJson for ChampColumn {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let text: Option<Box<str>> = filled(json.read("stringValue")?);
        let value = match json.get("__typename").as_text().ok_or(Malformed("__typename"))? {
            "IntegerColumn" => digits(json.get("integer")),
            "DecimalColumn" => ChampValue::Decimal(json.read("decimal")?),
            "BooleanColumn" => ChampValue::YesNo(json.read("checked")?),
            "DateColumn" => day(json.read("date")?),
            "DateTimeColumn" => instant(json.read("datetime")?),
            "EnumColumn" => ChampValue::DropDownList(text.clone()),
            "EnumsColumn" => ChampValue::MultipleDropDownList(json.read_or_default("choices")?),
            _ => ChampValue::Text,
        };
        Ok(Self { id: json.read("id")?, label: json.read("label")?, text, value })
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
