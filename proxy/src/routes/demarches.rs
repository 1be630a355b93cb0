//! `GET /api/demarches`: what the document's team may read.

use std::sync::Arc;

use axum::{Json, extract::State};
use futures_util::{StreamExt as _, stream};
use relais_engine::{
    Day,
    ds::{DemarcheNumber, Operation, SourceErrorCode as Code, dossiers_count, operations::DemarcheVariables},
};
use serde::{Deserialize, Serialize};

use super::access::Access;
use crate::{application::Application, ds::Failure, error::AppError, teams::Team};

/// Démarches asked of DS at once: some of the token's places are left to those who synchronise.
const AT_ONCE: usize = 2;

/// What DS says of a démarche.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ListedDemarche {
    title: String,
    state: String,
    /// An upper bound; none when DS does not count (facts/ds-api.md, section 4.1).
    dossiers_count: Option<usize>,
}

#[derive(Serialize)]
struct Line {
    number: DemarcheNumber,
    title: Option<String>,
    state: Option<String>,
    dossiers_count: Option<usize>,
    /// The last day of the token that opens it.
    token_expires: Option<Day>,
    error: Option<serde_json::Value>,
}

/// The démarches, in the operator's order. One that DS refuses is listed with its error.
pub(super) async fn list(State(application): State<Arc<Application>>, Access { person, team }: Access) -> Result<Json<impl Serialize>, AppError> {
    let _running = application.limits.operation(&person)?;
    let lines: Vec<Line> = stream::iter(team.demarches().to_vec()).map(|number| line(&application, &team, number)).buffered(AT_ONCE).collect().await;
    Ok(Json(lines))
}

async fn line(application: &Application, team: &Team, number: DemarcheNumber) -> Line {
    let key = (team.name.clone(), number);
    let token_expires = team.token_expires;
    // Asked once, however many ask us. Failures are not kept.
    match application.listed.try_get_with(key, ask(application, team, number)).await {
        Ok(ListedDemarche { title, state, dossiers_count }) => {
            Line { number, title: Some(title), state: Some(state), dossiers_count, token_expires, error: None }
        }
        Err(failure) => {
            tracing::info!(demarche = number.get(), code = ?failure.error.code, cause = %failure, "démarche refused");
            let error = AppError::from((*failure).clone());
            Line { number, title: None, state: None, dossiers_count: None, token_expires, error: serde_json::to_value(error.body(None)).ok() }
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Root,
}

#[derive(Deserialize)]
struct Root {
    demarche: Described,
}

#[derive(Deserialize)]
struct Described {
    title: String,
    state: String,
}

async fn ask(application: &Application, team: &Team, number: DemarcheNumber) -> Result<ListedDemarche, Failure> {
    let call = async |operation| application.ds.call(&team.token, &team.gate, &operation).await?.read().await;
    let body = call(Operation::GetDemarcheState(DemarcheVariables { number })).await?;
    // The errors of an envelope are the same whatever was asked: the engine reads them here, and finds no count.
    dossiers_count(&body).map_err(|error| Failure::new(error.code, "DS refused the démarche"))?;
    let Answer { data: Root { demarche: Described { title, state } } } =
        serde_json::from_slice(&body).map_err(|_| Failure::new(Code::InvalidAnswer, "the answer has no démarche"))?;
    // A comfort: without it the card says no count.
    let count = call(Operation::CountDossiers(DemarcheVariables { number })).await.ok();
    Ok(ListedDemarche { title, state, dossiers_count: count.and_then(|body| dossiers_count(&body).ok().flatten()) })
}
