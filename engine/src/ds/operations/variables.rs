//! The variables of operations: typed, bounded, and nothing else than what is named here.

use serde::{Deserialize, Serialize};

use super::{Cursor, DemarcheNumber, DossierNumber, DossierState, InvalidIdentifier, LARGEST_PAGE};
use crate::Timestamp;

/// Variables that the operation does not take, or out of bounds.
#[derive(Debug, thiserror::Error)]
pub enum InvalidVariables {
    /// A key that is unknown, missing, or of another type.
    #[error("the variables do not have the shape of this operation: {0}")]
    Shape(#[from] serde_json::Error),
    /// A number or cursor out of bounds.
    #[error(transparent)]
    Bounds(#[from] InvalidIdentifier),
}

/// One démarche.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemarcheVariables {
    /// The démarche.
    pub number: DemarcheNumber,
}

/// Which page, of which dossiers. `first` with `after`, or `last` with `before`: DS refuses to mix them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PageVariables {
    /// The démarche.
    pub number: DemarcheNumber,
    /// How many, from the start of the order; 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// How many, from its end; 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// The cursor of the dossier before the first wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
    /// The cursor of the dossier after the last wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Cursor>,
    /// Only the dossiers changed since, in the order of their change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_since: Option<Timestamp>,
    /// Only the dossiers deposited since. DS ignores it beside `updated_since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_since: Option<Timestamp>,
    /// Only the dossiers in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DossierState>,
    /// Only the archived ones, or only the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

impl PageVariables {
    /// Any dossier of a démarche; the size is still to be said.
    pub const fn of(number: DemarcheNumber) -> Self {
        Self { number, first: None, last: None, after: None, before: None, updated_since: None, created_since: None, state: None, archived: None }
    }

    pub(super) fn check(&self) -> Result<(), InvalidIdentifier> {
        let sized = |size: Option<u32>| size.is_none_or(|size| (1..=LARGEST_PAGE).contains(&size));
        if !sized(self.first) || !sized(self.last) {
            return Err(InvalidIdentifier("a page has 1 to 100 dossiers"));
        }
        if self.first.is_some() == self.last.is_some() {
            return Err(InvalidIdentifier("a page is asked for by first or by last, not both"));
        }
        if self.after.is_some() && self.last.is_some() || self.before.is_some() && self.first.is_some() {
            return Err(InvalidIdentifier("after goes with first, before with last"));
        }
        check_demarche(self.number)
    }
}

/// Which parts of a dossier are wanted: what a mapping does not need is not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is one @include of the operation")]
pub struct Parts {
    /// The champs of the form.
    pub include_champs: bool,
    /// The annotations privées.
    pub include_annotations: bool,
    /// The files of the pièces justificatives.
    pub include_files: bool,
    /// Where the bytes of files are.
    pub include_file_contents: bool,
    /// The areas of the cartes.
    pub include_geometry: bool,
    /// The instructeurs who follow the dossier.
    pub include_instructeurs: bool,
    /// The parts that DS knows of a value beyond its text.
    pub include_columns: bool,
    /// The avis asked of experts.
    pub include_avis: bool,
    /// The messages between usager and instructeurs.
    pub include_messages: bool,
    /// The steps of the examination.
    pub include_traitements: bool,
}

impl Parts {
    /// All that a proposal shows examples of.
    pub const ALL: Self = Self {
        include_champs: true,
        include_annotations: true,
        include_files: true,
        include_file_contents: false,
        include_geometry: true,
        include_instructeurs: true,
        include_columns: true,
        include_avis: true,
        include_messages: true,
        include_traitements: true,
    };
}

/// A page of dossiers, with the parts that are wanted.
// Flat in JSON. Not by serde's `flatten`, which cannot refuse unknown keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossiersVariables {
    /// Which page.
    pub page: PageVariables,
    /// Which parts.
    pub parts: Parts,
}

/// One dossier. The démarche is for the proxy, which checks that the dossier belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierVariables {
    /// The démarche that the dossier must belong to.
    pub number: DemarcheNumber,
    /// The dossier.
    pub dossier: DossierNumber,
    /// Which parts.
    pub parts: Parts,
}

/// A page of the dossiers that DS no longer serves, of one of the two lists or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeletedVariables {
    /// The démarche.
    pub number: DemarcheNumber,
    /// Only those that were deleted since.
    pub since: Timestamp,
    /// How many of each list; 1 to 100.
    pub first: u32,
    /// The cursor in the list of the trash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_after: Option<Cursor>,
    /// The cursor in the list of those gone for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_after: Option<Cursor>,
    /// Those in the trash.
    pub include_pending: bool,
    /// Those gone for good.
    pub include_deleted: bool,
}

impl DeletedVariables {
    pub(super) fn check(&self) -> Result<(), InvalidIdentifier> {
        if !(1..=LARGEST_PAGE).contains(&self.first) {
            return Err(InvalidIdentifier("a page has 1 to 100 dossiers"));
        }
        if !self.include_pending && !self.include_deleted {
            return Err(InvalidIdentifier("one of the two lists is asked for"));
        }
        check_demarche(self.number)
    }
}

/// Splits an object of variables into the parts of a dossier and the rest.
fn split_parts<'de, D, T>(deserializer: D) -> Result<(T, Parts), D::Error>
where
    D: serde::Deserializer<'de>,
    T: for<'a> Deserialize<'a>,
{
    use serde::de::Error as _;
    let (parts, rest): (serde_json::Map<String, serde_json::Value>, serde_json::Map<String, serde_json::Value>) =
        serde_json::Map::deserialize(deserializer)?.into_iter().partition(|(key, _)| key.starts_with("include"));
    let rest = T::deserialize(serde_json::Value::Object(rest)).map_err(D::Error::custom)?;
    let parts = Parts::deserialize(serde_json::Value::Object(parts)).map_err(D::Error::custom)?;
    Ok((rest, parts))
}

impl<'de> Deserialize<'de> for DossiersVariables {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (page, parts) = split_parts(deserializer)?;
        Ok(Self { page, parts })
    }
}

impl<'de> Deserialize<'de> for DossierVariables {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Numbers {
            number: DemarcheNumber,
            dossier: DossierNumber,
        }
        let (Numbers { number, dossier }, parts) = split_parts(deserializer)?;
        Ok(Self { number, dossier, parts })
    }
}

/// The variables of an operation with those of the parts beside them.
pub(super) fn with_parts(mut variables: serde_json::Value, parts: Parts) -> serde_json::Value {
    if let (Some(variables), Ok(serde_json::Value::Object(parts))) = (variables.as_object_mut(), serde_json::to_value(parts)) {
        variables.extend(parts);
    }
    variables
}

pub(super) fn check_demarche(number: DemarcheNumber) -> Result<(), InvalidIdentifier> {
    check_int(number.get())
}

/// GraphQL's Int has 32 bits; DS answers a larger number with an error that has no code (facts/ds-api.md, section 3.2).
pub(super) fn check_int(number: i64) -> Result<(), InvalidIdentifier> {
    i32::try_from(number).map(|_| ()).map_err(|_| InvalidIdentifier("a number has at most 31 bits"))
}
