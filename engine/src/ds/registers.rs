//! What registers say of a place or an organisation: named codes, addresses, companies, associations.

use crate::json::{FromJson, Json, Malformed};

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
