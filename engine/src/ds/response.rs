//! The envelope of a GraphQL answer: data, errors, or both.

use super::{Cursor, DeletedPage, Demarche, Dossier, DossierLabel, DossierNumber, DossierState, SourceError, SourceErrorCode, Standing};
use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed},
};

/// The codes of facts/ds-api.md, section 3.2.
fn code(error: &Json<'_>) -> SourceErrorCode {
    let message = error.get("message").as_text().unwrap_or_default();
    match error.get("extensions").get("code").as_text() {
        Some("timeout") => SourceErrorCode::Timeout,
        Some("not_found") => SourceErrorCode::NotFound,
        Some("unauthorized") if message == "Token expired" => SourceErrorCode::TokenExpired,
        Some("unauthorized") => SourceErrorCode::DemarcheRefused,
        Some("forbidden") if message.contains("network") => SourceErrorCode::AddressRefused,
        Some("forbidden") => SourceErrorCode::TokenRefused,
        Some("undefinedField" | "argumentNotAccepted" | "undefinedType") => SourceErrorCode::Unsupported,
        _ => SourceErrorCode::DsFailed,
    }
}

/// Reads what an answer of DS holds at a path. Any root error makes the whole answer fail, even beside data: our
/// operations ask for nothing that may be refused in part, so what came with it cannot be trusted to be whole. It also
/// explains data of another shape: a timeout leaves holes where we expect values.
fn read<T: FromJson>(body: &[u8], path: &[&str]) -> Result<T, SourceError> {
    let invalid = |_: Malformed| SourceErrorCode::InvalidAnswer;
    let answer = Json::parse(body).map_err(invalid)?;
    if let Some(error) = answer.get("errors").items().first() {
        return Err(code(error).into());
    }
    let data = path.iter().fold(answer.get("data"), |json, name| json.get(name));
    Ok(T::from_json(data).map_err(invalid)?)
}

/// Reads the answer of `getDemarche`.
pub(super) fn demarche(body: &[u8]) -> Result<Demarche, SourceError> {
    read(body, &["demarche"])
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageInfo {
    /// Whether more follow; only to be trusted with `first` (facts/ds-api.md, section 4.2).
    pub has_next_page: bool,
    /// Whether some come before; only to be trusted with `last`.
    pub has_previous_page: bool,
    /// The cursor of the first dossier; none on an empty page.
    pub start_cursor: Option<Cursor>,
    /// The cursor of the last dossier; none on an empty page.
    pub end_cursor: Option<Cursor>,
}

impl FromJson for PageInfo {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            has_next_page: json.read("hasNextPage")?,
            has_previous_page: json.read("hasPreviousPage")?,
            start_cursor: json.read("startCursor")?,
            end_cursor: json.read("endCursor")?,
        })
    }
}

/// Where a démarche lists its dossiers.
const DOSSIERS: [&str; 2] = ["demarche", "dossiers"];

/// A page of dossiers.
#[derive(Clone, Debug)]
pub struct DossierPage {
    /// Where it stands.
    pub page_info: PageInfo,
    /// Its dossiers, in the order asked for.
    pub dossiers: Vec<Dossier>,
}

impl DossierPage {
    /// Reads the answer of `getDossiers`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        read(body, &DOSSIERS)
    }
}

impl FromJson for DossierPage {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { page_info: json.read("pageInfo")?, dossiers: json.read("nodes")? })
    }
}

/// A dossier without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierSummary {
    /// Its number.
    pub number: DossierNumber,
    /// When it last changed.
    pub date_derniere_modification: Timestamp,
    state: DossierState,
    archived: bool,
    date_depot: Timestamp,
    groupe: Option<i64>,
    /// Its labels.
    pub labels: Vec<DossierLabel>,
}

impl DossierSummary {
    /// What filters look at.
    pub fn standing(&self) -> Standing<'_> {
        Standing { state: self.state, archived: self.archived, date_depot: self.date_depot, groupe: self.groupe, labels: &self.labels }
    }
}

impl FromJson for DossierSummary {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            number: json.read("number")?,
            date_derniere_modification: json.read("dateDerniereModification")?,
            state: json.read("state")?,
            archived: json.read("archived")?,
            date_depot: json.read("dateDepot")?,
            groupe: json.get("groupeInstructeur").read("number")?,
            labels: json.read_or_default("labels")?,
        })
    }
}

/// A page of dossiers without their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumbersPage {
    /// Where it stands.
    pub page_info: PageInfo,
    /// Its dossiers, in the order asked for.
    pub dossiers: Vec<DossierSummary>,
}

impl NumbersPage {
    /// Reads the answer of `getDossierNumbers`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        read(body, &DOSSIERS)
    }
}

impl FromJson for NumbersPage {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { page_info: json.read("pageInfo")?, dossiers: json.read("nodes")? })
    }
}

/// Reads the answer of `getDeletedDossiers`.
pub(super) fn deleted(body: &[u8]) -> Result<DeletedPage, SourceError> {
    read(body, &["demarche"])
}

/// Reads the answer of `getDossier`.
pub(super) fn dossier(body: &[u8]) -> Result<Dossier, SourceError> {
    read(body, &["dossier"])
}

/// Reads the answer of `countDossiers`: an upper bound, deleted dossiers included (facts/ds-api.md, section 4.1).
/// None when DS does not say.
pub fn dossiers_count(body: &[u8]) -> Result<Option<usize>, SourceError> {
    read(body, &["demarcheDescriptor", "dossiersCount"])
}
