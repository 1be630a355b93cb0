//! `GET /api/paths/{path}`: the number of the démarche whose public address an agent has pasted.

use std::sync::Arc;

use axum::{Json, extract::State};
use relais_engine::ds::DemarcheNumber;
use serde::Serialize;

use super::{access::Access, path::Path};
use crate::{application::Application, ds::DemarchePath, error::AppError};

#[derive(Serialize)]
pub(super) struct Found {
    number: DemarcheNumber,
}

/// Asks DS which démarche it is. Whether the team may read it is another question, asked with its number.
pub(super) async fn find(
    State(application): State<Arc<Application>>,
    Access { person, .. }: Access,
    Path(path): Path<String>,
) -> Result<Json<Found>, AppError> {
    let path = DemarchePath::parse(&path).ok_or_else(|| AppError::bad_request("not the path of a démarche"))?;
    let _running = application.limits.operation(&person)?;
    // Failures are not kept.
    let number = application.paths.try_get_with(path.clone(), application.ds.number_of(&path)).await;
    number.map(|number| Json(Found { number })).map_err(|failure| (*failure).clone().into())
}
