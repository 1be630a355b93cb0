//! What DS says of a démarche: the test of whether a token reads it.

use std::sync::Arc;

use relais_engine::ds::{DemarcheNumber, Operation, SourceErrorCode as Code, dossiers_count, operations::DemarcheVariables};
use serde::Deserialize;

use super::{Client, Failure, Gate, Token};

/// A démarche, in a line.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub title: String,
    /// As DS writes it.
    pub state: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Root,
}

#[derive(Deserialize)]
struct Root {
    demarche: Content,
}

#[derive(Deserialize)]
struct Content {
    title: String,
    state: String,
}

impl Client {
    /// Asks for the title and the state of a démarche. Alone in its request: in a batch, one that is refused empties all.
    pub(crate) async fn describe(&self, token: &Token, gate: &Arc<Gate>, number: DemarcheNumber) -> Result<Described, Failure> {
        let body = self.call(token, gate, &Operation::GetDemarcheState(DemarcheVariables { number })).await?.read().await?;
        // The errors of an envelope are the same whatever was asked: the engine reads them here, and finds no count.
        dossiers_count(&body).map_err(|error| Failure::new(error.code, "DS refused the démarche"))?;
        let Answer { data: Root { demarche: Content { title, state } } } =
            serde_json::from_slice(&body).map_err(|_| Failure::new(Code::InvalidAnswer, "the answer has no démarche"))?;
        Ok(Described { title, state })
    }
}
