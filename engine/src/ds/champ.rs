//! Champs: the values of a dossier.

use super::{ColumnKey, DescriptorId, RowId};
use crate::{
    InvalidTimestamp, Timestamp,
    json::{self, FromJson, Json, Malformed},
};

/// A named thing with its code: country, région, département, EPCI; communes also have a postal code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCode {
    /// Its name.
    pub name: String,
    /// ISO or INSEE code: text, for the sake of leading zeros and of 2A.
    pub code: String,
    /// Of a commune.
    pub postal_code: Option<String>,
}

impl FromJson for NamedCode {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { name: json.read("name")?, code: json.read("code")?, postal_code: json.read("postalCode")? })
    }
}

/// An address, normalised by DS from the Base adresse nationale or from INSEE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// All of it; of a company, over several lines.
    pub label: String,
    /// Number and street.
    pub street_address: Option<String>,
    /// Text: leading zeros.
    pub postal_code: String,
    /// Commune.
    pub city_name: String,
    /// INSEE code of the commune.
    pub city_code: String,
    /// Département.
    pub department_name: Option<String>,
    /// `01`, `2A`, `974`; `99` abroad.
    pub department_code: Option<String>,
    /// Région.
    pub region_name: Option<String>,
    /// Its INSEE code.
    pub region_code: Option<String>,
    /// Abroad.
    pub country_name: Option<String>,
}

impl FromJson for Address {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            label: json.read("label")?,
            street_address: json.read("streetAddress")?,
            postal_code: json.read("postalCode")?,
            city_name: json.read("cityName")?,
            city_code: json.read("cityCode")?,
            department_name: json.read("departmentName")?,
            department_code: json.read("departmentCode")?,
            region_name: json.read("regionName")?,
            region_code: json.read("regionCode")?,
            country_name: json.read("countryName")?,
        })
    }
}

/// What INSEE says of an establishment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonneMorale {
    /// 14 digits.
    pub siret: String,
    /// Whether it is the head office.
    pub siege_social: Option<bool>,
    /// Code of the activity.
    pub naf: Option<String>,
    /// Name of the activity.
    pub libelle_naf: Option<String>,
    /// Its address.
    pub address: Option<Address>,
    /// The company it belongs to.
    pub entreprise: Option<Entreprise>,
    /// The association it is.
    pub association: Option<Association>,
}

impl FromJson for PersonneMorale {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            siret: json.read("siret")?,
            siege_social: json.read("siegeSocial")?,
            naf: json.read("naf")?,
            libelle_naf: json.read("libelleNaf")?,
            address: json.read("address")?,
            entreprise: json.read("entreprise")?,
            association: json.read("association")?,
        })
    }
}

/// What INSEE says of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entreprise {
    /// 9 digits.
    pub siren: String,
    /// Legal form.
    pub forme_juridique: Option<String>,
    /// Registered name.
    pub raison_sociale: Option<String>,
    /// Trading name.
    pub nom_commercial: Option<String>,
    /// A day, as DS writes it.
    pub date_creation: Option<String>,
    /// `Actif` or `Ferme`.
    pub etat_administratif: Option<String>,
}

impl FromJson for Entreprise {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            siren: json.read("siren")?,
            forme_juridique: json.read("formeJuridique")?,
            raison_sociale: json.read("raisonSociale")?,
            nom_commercial: json.read("nomCommercial")?,
            date_creation: json.read("dateCreation")?,
            etat_administratif: json.read("etatAdministratif")?,
        })
    }
}

/// What the directory of associations says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// W and 9 digits.
    pub rna: String,
    /// Its name.
    pub titre: Option<String>,
}

impl FromJson for Association {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { rna: json.read("rna")?, titre: json.read("titre")? })
    }
}

/// An RNA or RNF record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRecord {
    /// Its number in the directory.
    pub id: String,
    /// Its name.
    pub title: Option<String>,
}

impl FromJson for DirectoryRecord {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, title: json.read("title")? })
    }
}

/// A file, without its address: addresses expire after an hour and open the file to whoever holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As the usager named it.
    pub filename: String,
}

impl FromJson for File {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { filename: json.read("filename")? })
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
