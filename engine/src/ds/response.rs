//! The envelope of a GraphQL answer: data, errors, or both.

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Cursor, DeletedDossier, DeletedList, DeletedPage, Demarche, Dossier, DossierLabel, DossierNumber, DossierState, Groupe, SourceError,
    SourceErrorCode, Standing,
};
use crate::Timestamp;

#[derive(Deserialize)]
struct Answer<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<RootError>,
}

#[derive(Deserialize)]
struct RootError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl RootError {
    /// The codes of facts/ds-api.md, section 3.2.
    fn code(&self) -> SourceErrorCode {
        match self.extensions.code.as_deref() {
            Some("timeout") => SourceErrorCode::Timeout,
            Some("not_found") => SourceErrorCode::NotFound,
            Some("unauthorized") if self.message == "Token expired" => SourceErrorCode::TokenExpired,
            Some("unauthorized") => SourceErrorCode::DemarcheRefused,
            Some("forbidden") if self.message.contains("network") => SourceErrorCode::AddressRefused,
            Some("forbidden") => SourceErrorCode::TokenRefused,
            Some("undefinedField" | "argumentNotAccepted" | "undefinedType") => SourceErrorCode::Unsupported,
            _ => SourceErrorCode::DsFailed,
        }
    }
}

/// Reads an answer of DS. Any root error makes the whole answer fail, even beside data: our operations ask for nothing
/// that may be refused in part, so what came with it cannot be trusted to be whole.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SourceError> {
    if let Ok(Answer { data, errors }) = serde_json::from_slice::<Answer<T>>(body) {
        return match (errors.first(), data) {
            (Some(error), _) => Err(error.code().into()),
            (None, Some(data)) => Ok(data),
            (None, None) => Err(SourceErrorCode::InvalidAnswer.into()),
        };
    }
    // Data of another shape may hide the errors that explain it: a timeout leaves holes where we expect values.
    let errors = serde_json::from_slice::<Answer<serde::de::IgnoredAny>>(body).map(|answer| answer.errors).unwrap_or_default();
    Err(errors.first().map_or(SourceErrorCode::InvalidAnswer, RootError::code).into())
}

#[derive(Deserialize)]
struct DemarcheRoot<T> {
    demarche: T,
}

/// Reads the answer of `getDemarche`.
pub(super) fn demarche(body: &[u8]) -> Result<Demarche, SourceError> {
    read::<DemarcheRoot<_>>(body).map(|root| root.demarche)
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<T> {
    page_info: PageInfo,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
struct WithDossiers<T> {
    dossiers: Connection<T>,
}

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
        let Connection { page_info, nodes } = read::<DemarcheRoot<WithDossiers<Dossier>>>(body)?.demarche.dossiers;
        Ok(Self { page_info, dossiers: nodes })
    }
}

/// A dossier without its content.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierSummary {
    /// Its number.
    pub number: DossierNumber,
    /// When it last changed.
    pub date_derniere_modification: Timestamp,
    state: DossierState,
    archived: bool,
    date_depot: Timestamp,
    #[serde(default)]
    groupe_instructeur: Option<Groupe>,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<DossierLabel>,
}

impl DossierSummary {
    /// What filters look at.
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            state: self.state,
            archived: self.archived,
            date_depot: self.date_depot,
            groupe: self.groupe_instructeur.as_ref().and_then(|groupe| groupe.number),
            labels: &self.labels,
        }
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
        let Connection { page_info, nodes } = read::<DemarcheRoot<WithDossiers<DossierSummary>>>(body)?.demarche.dossiers;
        Ok(Self { page_info, dossiers: nodes })
    }
}

#[derive(Deserialize)]
struct WithDeleted {
    pending: Option<Connection<DeletedDossier>>,
    deleted: Option<Connection<DeletedDossier>>,
}

/// Reads the answer of `getDeletedDossiers`.
pub(super) fn deleted(body: &[u8]) -> Result<DeletedPage, SourceError> {
    let WithDeleted { pending, deleted } = read::<DemarcheRoot<WithDeleted>>(body)?.demarche;
    let list = |Connection { page_info, nodes }| DeletedList { page_info, dossiers: nodes };
    Ok(DeletedPage { pending: pending.map(list), deleted: deleted.map(list) })
}

#[derive(Deserialize)]
struct DossierRoot {
    dossier: Dossier,
}

/// Reads the answer of `getDossier`.
pub(super) fn dossier(body: &[u8]) -> Result<Dossier, SourceError> {
    read::<DossierRoot>(body).map(|root| root.dossier)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountRoot {
    demarche_descriptor: Option<Count>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    dossiers_count: u64,
}

/// Reads the answer of `countDossiers`: an upper bound, deleted dossiers included (facts/ds-api.md, section 4.1).
/// None when DS does not say.
pub fn dossiers_count(body: &[u8]) -> Result<Option<u64>, SourceError> {
    read::<CountRoot>(body).map(|root| root.demarche_descriptor.map(|count| count.dossiers_count))
}
