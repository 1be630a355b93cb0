//! `GET /api/demarches`: what the document's team may read.

use std::{collections::HashMap, sync::Arc};

use axum::{Json, extract::State};
use futures_util::{StreamExt as _, stream};
use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, Operation, SourceErrorCode as Code, dossiers_count, operations::DemarcheVariables},
};
use serde::Serialize;

use super::access::Access;
use crate::{
    application::Application,
    ds::{Described, Failure},
    error::AppError,
    ids::TokenId,
    store::StoreError,
    teams::{Team, TeamToken},
};

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
    /// When the team last read dossiers of it, as far as the trail goes back.
    last_read_at: Option<Timestamp>,
    error: Option<serde_json::Value>,
}

/// The démarches, in the order in which they were given. One that DS refuses is listed with its error.
pub(super) async fn list(State(application): State<Arc<Application>>, Access { person, team }: Access) -> Result<Json<impl Serialize>, AppError> {
    let _running = application.limits.operation(&person)?;
    let numbers: Vec<DemarcheNumber> = team.tokens.iter().flat_map(|token| token.demarches.iter().copied()).collect();
    // A comfort, as the counts are.
    let read = application.last_reads.try_get_with(team.key(), last_reads(&application, &team)).await.unwrap_or_default();
    let lines = stream::iter(numbers).map(|number| line(&application, &team, number, read.get(&number).copied()));
    Ok(Json(lines.buffered(AT_ONCE).collect::<Vec<Line>>().await))
}

/// Under what it is kept. With the token's id and version: what DS said to one that was replaced, or removed, says nothing of
/// the new one.
fn key(team: &Team, token: Option<&TeamToken>, number: DemarcheNumber) -> (Arc<str>, Option<TokenId>, i64, DemarcheNumber) {
    (team.key(), token.and_then(|token| token.id.clone()), token.map_or(0, |token| token.version), number)
}

/// Forgets what DS said of a démarche: it has just said otherwise.
pub(super) async fn forget(application: &Application, team: &Team, token: &TeamToken, number: DemarcheNumber) {
    application.listed.invalidate(&key(team, Some(token), number)).await;
}

async fn last_reads(application: &Application, team: &Team) -> Result<Arc<HashMap<DemarcheNumber, Timestamp>>, StoreError> {
    application.store.last_reads(&team.key()).await.map(Arc::new)
}

async fn line(application: &Application, team: &Team, number: DemarcheNumber, last_read_at: Option<Timestamp>) -> Line {
    let token = team.token_for(number);
    let key = key(team, token, number);
    let token_expires = token.and_then(|token| token.expires);
    // Asked once, however many ask us. Failures are not kept.
    match application.listed.try_get_with(key, ask(application, token, number)).await {
        Ok(ListedDemarche { title, state, dossiers_count }) => {
            Line { number, title: Some(title), state: Some(state), dossiers_count, token_expires, last_read_at, error: None }
        }
        Err(failure) => {
            tracing::info!(demarche = number.get(), code = ?failure.error.code, cause = %failure, "démarche refused");
            let error = AppError::from((*failure).clone());
            let error = serde_json::to_value(error.body(None)).ok();
            Line { number, title: None, state: None, dossiers_count: None, token_expires, last_read_at, error }
        }
    }
}

async fn ask(application: &Application, token: Option<&TeamToken>, number: DemarcheNumber) -> Result<ListedDemarche, Failure> {
    let token = token.ok_or_else(|| Failure::new(Code::DemarcheForbidden, "the team may not read this démarche"))?;
    let ready = token.ready()?;
    let described = application.ds.describe(ready, &token.gate, number).await;
    let refusal = described.as_ref().err().map(|failure| failure.error.code);
    application.note(token, refusal).await;
    application.note_demarche(token, number, refusal).await;
    let Described { title, state } = described?;
    // A comfort: without it the card says no count.
    let count = async { application.ds.call(ready, &token.gate, &Operation::CountDossiers(DemarcheVariables { number })).await?.read().await };
    Ok(ListedDemarche { title, state, dossiers_count: count.await.ok().and_then(|body| dossiers_count(&body).ok().flatten()) })
}
