//! `PUT`, `DELETE /api/leases/{connexion}`: the right to run a connexion of the document.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
};
use relais_engine::{
    Timestamp,
    ds::{SourceError, SourceErrorCode as Code},
};
use serde::{Deserialize, Serialize};

use super::{access::Access, body};
use crate::{
    application::Application,
    clock,
    error::AppError,
    leases::{ConnexionId, LeaseId, Refused},
    text,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// The lease that the run has; none at its start.
    #[serde(default)]
    lease: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Given {
    lease: String,
    since: Timestamp,
    expires_at: Timestamp,
}

type Named = Result<Path<String>, PathRejection>;

/// Gives or renews a lease.
pub(super) async fn take(
    State(application): State<Arc<Application>>,
    Access { person, .. }: Access,
    connexion: Named,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Given>, AppError> {
    let (connexion, shown) = read(&application, connexion, &headers, body).await?;
    match application.leases.take(&person, connexion, shown, clock::now()) {
        Ok(lease) => Ok(Json(Given { lease: lease.id.to_string(), since: lease.holder.since, expires_at: lease.until })),
        Err(Refused::Held(held)) => {
            let error = SourceError { retry_at: Some(held.until), holder: Some(Box::new(held.holder)), ..Code::LeaseHeld.into() };
            Err(AppError::new(error, "another run holds the lease").saying(text::lease_held(held.holder, held.until)))
        }
        Err(Refused::TooMany) => Err(AppError::too_many(60, "the document holds too many leases")),
    }
}

/// Ends a lease. One that is not the caller's is left alone, without a word about it.
pub(super) async fn give_back(
    State(application): State<Arc<Application>>,
    Access { person, .. }: Access,
    connexion: Named,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, AppError> {
    let (connexion, shown) = read(&application, connexion, &headers, body).await?;
    let shown = shown.ok_or_else(|| AppError::bad_request("no lease is shown"))?;
    application.leases.give_back(&person, connexion, shown);
    Ok(StatusCode::NO_CONTENT)
}

async fn read(application: &Application, connexion: Named, headers: &HeaderMap, body: Body) -> Result<(ConnexionId, Option<LeaseId>), AppError> {
    let connexion = connexion.ok().and_then(|Path(text)| ConnexionId::parse(&text));
    let connexion = connexion.ok_or_else(|| AppError::bad_request("not the id of a connexion"))?;
    let body = body::read(&application.configuration.limits, headers, body).await?;
    let Shown { lease } = serde_json::from_slice(&body).map_err(|_| AppError::bad_request("the body is not that of a lease"))?;
    let shown = match lease {
        Some(text) => Some(LeaseId::parse(&text).ok_or_else(|| AppError::bad_request("not the id of a lease"))?),
        None => None,
    };
    Ok((connexion, shown))
}
