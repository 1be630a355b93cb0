//! The operations that Relais asks of DS: one file of `operations/` each. They are compiled into the proxy, which relays
//! nothing else; a client sends a name and typed variables, never a query (DESIGN section 5).

use serde::{Deserialize, Serialize};

use super::{Cursor, DemarcheNumber, DossierNumber, DossierState, InvalidIdentifier};
use crate::Timestamp;

/// The largest page that DS serves; a larger `first` is silently cut (facts/ds-api.md, section 3.3).
pub const LARGEST_PAGE: u32 = 100;

/// The name of an operation, the same in its file, in GraphQL and in the proxy's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OperationName {
    /// The form, labels and groupes of a démarche.
    GetDemarche,
    /// The title and state of a démarche.
    GetDemarcheState,
    /// An estimate of how many dossiers a démarche has; older instances refuse it.
    CountDossiers,
    /// A page of dossiers.
    GetDossiers,
    /// A page of numbers, without content.
    GetDossierNumbers,
    /// One dossier.
    GetDossier,
    /// A page of the dossiers that DS no longer serves.
    GetDeletedDossiers,
}

impl OperationName {
    /// Every operation there is.
    pub const ALL: [Self; 7] = [
        Self::GetDemarche,
        Self::GetDemarcheState,
        Self::CountDossiers,
        Self::GetDossiers,
        Self::GetDossierNumbers,
        Self::GetDossier,
        Self::GetDeletedDossiers,
    ];

    /// The name as GraphQL and the proxy's address have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GetDemarche => "getDemarche",
            Self::GetDemarcheState => "getDemarcheState",
            Self::CountDossiers => "countDossiers",
            Self::GetDossiers => "getDossiers",
            Self::GetDossierNumbers => "getDossierNumbers",
            Self::GetDossier => "getDossier",
            Self::GetDeletedDossiers => "getDeletedDossiers",
        }
    }

    /// The operation of that name, if Relais has one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == name)
    }

    /// The whole text for DS: the operation and its fragments.
    pub const fn query(self) -> &'static str {
        match self {
            Self::GetDemarche => {
                concat!(include_str!("operations/getDemarche.graphql"), include_str!("operations/champ_descriptor_fields.graphql"))
            }
            Self::GetDemarcheState => include_str!("operations/getDemarcheState.graphql"),
            Self::CountDossiers => include_str!("operations/countDossiers.graphql"),
            Self::GetDossiers => concat!(include_str!("operations/getDossiers.graphql"), include_str!("operations/dossier_fields.graphql")),
            Self::GetDossierNumbers => include_str!("operations/getDossierNumbers.graphql"),
            Self::GetDossier => concat!(include_str!("operations/getDossier.graphql"), include_str!("operations/dossier_fields.graphql")),
            Self::GetDeletedDossiers => include_str!("operations/getDeletedDossiers.graphql"),
        }
    }

    /// Reads the variables of this operation, as [`Operation::variables`] writes them. Unknown keys are refused.
    pub fn parse(self, variables: &[u8]) -> Result<Operation, InvalidVariables> {
        let operation = match self {
            Self::GetDemarche => Operation::GetDemarche(serde_json::from_slice(variables)?),
            Self::GetDemarcheState => Operation::GetDemarcheState(serde_json::from_slice(variables)?),
            Self::CountDossiers => Operation::CountDossiers(serde_json::from_slice(variables)?),
            Self::GetDossiers => Operation::GetDossiers(serde_json::from_slice(variables)?),
            Self::GetDossierNumbers => Operation::GetDossierNumbers(serde_json::from_slice(variables)?),
            Self::GetDossier => Operation::GetDossier(serde_json::from_slice(variables)?),
            Self::GetDeletedDossiers => Operation::GetDeletedDossiers(serde_json::from_slice(variables)?),
        };
        operation.check()?;
        Ok(operation)
    }
}

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

    fn check(&self) -> Result<(), InvalidIdentifier> {
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
    fn check(&self) -> Result<(), InvalidIdentifier> {
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
fn with_parts(mut variables: serde_json::Value, parts: Parts) -> serde_json::Value {
    if let (Some(variables), Ok(serde_json::Value::Object(parts))) = (variables.as_object_mut(), serde_json::to_value(parts)) {
        variables.extend(parts);
    }
    variables
}

/// An operation with its variables: all that Relais can ask of DS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// See [`OperationName::GetDemarche`].
    GetDemarche(DemarcheVariables),
    /// See [`OperationName::GetDemarcheState`].
    GetDemarcheState(DemarcheVariables),
    /// See [`OperationName::CountDossiers`].
    CountDossiers(DemarcheVariables),
    /// See [`OperationName::GetDossiers`].
    GetDossiers(DossiersVariables),
    /// See [`OperationName::GetDossierNumbers`].
    GetDossierNumbers(PageVariables),
    /// See [`OperationName::GetDossier`].
    GetDossier(DossierVariables),
    /// See [`OperationName::GetDeletedDossiers`].
    GetDeletedDossiers(DeletedVariables),
}

impl Operation {
    /// Its name.
    pub const fn name(&self) -> OperationName {
        match self {
            Self::GetDemarche(_) => OperationName::GetDemarche,
            Self::GetDemarcheState(_) => OperationName::GetDemarcheState,
            Self::CountDossiers(_) => OperationName::CountDossiers,
            Self::GetDossiers(_) => OperationName::GetDossiers,
            Self::GetDossierNumbers(_) => OperationName::GetDossierNumbers,
            Self::GetDossier(_) => OperationName::GetDossier,
            Self::GetDeletedDossiers(_) => OperationName::GetDeletedDossiers,
        }
    }

    /// The démarche that it reads, which the proxy authorises.
    pub const fn demarche(&self) -> DemarcheNumber {
        match self {
            Self::GetDemarche(variables) | Self::GetDemarcheState(variables) | Self::CountDossiers(variables) => variables.number,
            Self::GetDossiers(variables) => variables.page.number,
            Self::GetDossierNumbers(variables) => variables.number,
            Self::GetDossier(variables) => variables.number,
            Self::GetDeletedDossiers(variables) => variables.number,
        }
    }

    /// Its variables, as the proxy reads them. `getDossier` has one more than DS takes: DS ignores it
    /// (facts/ds-api.md, section 2: an undefined variable is harmless).
    pub fn variables(&self) -> serde_json::Value {
        // Structs of numbers, texts and booleans always have a JSON form.
        match self {
            Self::GetDemarche(variables) | Self::GetDemarcheState(variables) | Self::CountDossiers(variables) => {
                serde_json::to_value(variables).unwrap_or_default()
            }
            Self::GetDossiers(variables) => with_parts(serde_json::to_value(&variables.page).unwrap_or_default(), variables.parts),
            Self::GetDossierNumbers(variables) => serde_json::to_value(variables).unwrap_or_default(),
            Self::GetDeletedDossiers(variables) => serde_json::to_value(variables).unwrap_or_default(),
            Self::GetDossier(variables) => {
                with_parts(serde_json::json!({ "number": variables.number, "dossier": variables.dossier }), variables.parts)
            }
        }
    }

    fn check(&self) -> Result<(), InvalidIdentifier> {
        match self {
            Self::GetDemarche(variables) | Self::GetDemarcheState(variables) | Self::CountDossiers(variables) => check_demarche(variables.number),
            Self::GetDossiers(variables) => variables.page.check(),
            Self::GetDossierNumbers(variables) => variables.check(),
            Self::GetDossier(variables) => {
                check_demarche(variables.number)?;
                check_int(variables.dossier.get())
            }
            Self::GetDeletedDossiers(variables) => variables.check(),
        }
    }
}

fn check_demarche(number: DemarcheNumber) -> Result<(), InvalidIdentifier> {
    check_int(number.get())
}

/// GraphQL's Int has 32 bits; DS answers a larger number with an error that has no code (facts/ds-api.md, section 3.2).
fn check_int(number: i64) -> Result<(), InvalidIdentifier> {
    i32::try_from(number).map(|_| ()).map_err(|_| InvalidIdentifier("a number has at most 31 bits"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;

    #[test]
    fn each_query_holds_its_own_operation() {
        for name in OperationName::ALL {
            assert!(name.query().contains(&format!("query {}(", name.as_str())));
            assert_eq!(OperationName::from_name(name.as_str()), Some(name));
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }

    #[test]
    fn variables_go_there_and_back() {
        let operation = Operation::GetDossiers(DossiersVariables {
            page: PageVariables {
                number: DemarcheNumber::new(131_016).unwrap(),
                first: Some(50),
                last: None,
                after: Some(Cursor::new("MjAyNi0wMQ==").unwrap()),
                before: None,
                updated_since: Some(Timestamp::parse("2026-01-31T10:00:00Z").unwrap()),
                created_since: None,
                state: Some(DossierState::EnInstruction),
                archived: None,
            },
            parts: Parts { include_champs: true, ..Parts::default() },
        });
        let variables = operation.variables();
        assert_eq!(variables["updatedSince"], "2026-01-31T10:00:00Z");
        assert_eq!(variables["state"], "en_instruction");
        assert_eq!(operation.name().parse(variables.to_string().as_bytes()).unwrap(), operation);
    }

    #[test]
    fn anything_else_is_refused() {
        let refused = |name: OperationName, variables: &str| assert!(name.parse(variables.as_bytes()).is_err(), "{variables}");
        refused(OperationName::GetDemarche, r#"{"number": 1, "query": "{ x }"}"#);
        refused(OperationName::GetDemarche, r#"{"number": "1"}"#);
        refused(OperationName::GetDemarche, r#"{"number": 0}"#);
        refused(OperationName::GetDemarche, r#"{"number": 2147483648}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1, "first": 101}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1, "first": 1, "last": 1}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1, "first": 1, "before": "MQ=="}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1, "first": 1, "after": "é"}"#);
        refused(OperationName::GetDossierNumbers, r#"{"number": 1, "first": 1, "state": "brouillon"}"#);
        let parts = serde_json::to_string(&Parts::ALL).unwrap();
        let parts = parts.trim_matches(['{', '}']);
        assert!(OperationName::GetDossier.parse(format!(r#"{{"number":1,"dossier":2,{parts}}}"#).as_bytes()).is_ok());
        refused(OperationName::GetDossier, &format!(r#"{{"number":1,"dossier":2,"includeAll":true,{parts}}}"#));
        refused(OperationName::GetDossier, &format!(r#"{{"number":1,"dossier":99999999999,{parts}}}"#));
        refused(OperationName::GetDossiers, &format!(r#"{{"number":1,"first":1,"x":1,{parts}}}"#));
        let deleted = |first: u32, lists: bool, more: &str| {
            format!(r#"{{"number":1,"since":"2026-01-01T00:00:00Z","first":{first},"includePending":{lists},"includeDeleted":{lists}{more}}}"#)
        };
        assert!(OperationName::GetDeletedDossiers.parse(deleted(100, true, "").as_bytes()).is_ok());
        refused(OperationName::GetDeletedDossiers, &deleted(101, true, ""));
        refused(OperationName::GetDeletedDossiers, &deleted(0, true, ""));
        refused(OperationName::GetDeletedDossiers, &deleted(1, false, ""));
        refused(OperationName::GetDeletedDossiers, &deleted(1, true, r#","last":1"#));
        refused(OperationName::GetDeletedDossiers, &deleted(1, true, r#","pendingAfter":"é""#));
    }
}
