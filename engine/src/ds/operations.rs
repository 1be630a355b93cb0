//! The operations that Relais asks of DS: one file of `operations/` each. They are compiled into the proxy, which relays
//! nothing else; a client sends a name and typed variables, never a query (DESIGN section 5).

mod variables;

use serde::{Deserialize, Serialize};

pub use variables::{DeletedVariables, DemarcheVariables, DossierVariables, DossiersVariables, InvalidVariables, PageVariables, Parts};
use variables::{check_demarche, check_int, with_parts};

use super::{Cursor, DemarcheNumber, DossierNumber, DossierState, InvalidIdentifier};

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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;
    use crate::Timestamp;

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
