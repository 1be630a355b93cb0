//! `POST /api/session`: the word of Grist on a person becomes a session of ours.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Extension, State},
    http::HeaderMap,
};
use relais_engine::{Timestamp, ds::SourceErrorCode as Code};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{access, body};
use crate::{application::Application, auth::Role, clock, config::Enrolment, error::AppError, request::Caller};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The origin that embeds the widget.
    grist_origin: String,
    /// What Grist's `getAccessToken` gave.
    grist_token: SecretString,
}

#[derive(Serialize)]
pub(super) struct Opened {
    session: String,
    expires_at: Timestamp,
    server_time: Timestamp,
    document: String,
    user: i64,
    role: Role,
    /// None: the document has none, and its owners may see to that.
    team: Option<OpenedTeam>,
    enrolment: Enrolment,
    ds_url: String,
    egress_address: Option<String>,
}

#[derive(Serialize)]
struct OpenedTeam {
    name: String,
}

/// Opens a session.
pub(super) async fn open(
    State(application): State<Arc<Application>>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Opened>, AppError> {
    if let Some(Extension(Caller(caller))) = caller {
        application.limits.session(caller)?;
    }
    let body = body::read(&application.configuration.limits, &headers, body).await?;
    let result = verify(&application, &body).await;
    application.metrics.session(if result.is_ok() { "opened" } else { "refused" });
    result.map(Json)
}

async fn verify(application: &Application, body: &[u8]) -> Result<Opened, AppError> {
    // Not the error of serde, which quotes what it read.
    let Asked { grist_origin, grist_token } = serde_json::from_slice(body).map_err(|_| AppError::bad_request("the body is not that of a session"))?;
    let person = application.grist.verify(&grist_origin, &grist_token).await?;
    let now = clock::now();
    if person.is_past(now) {
        return Err(AppError::new(Code::GristRefused, "the token has expired since Grist took it"));
    }
    access::record(&person);
    let team = access::team_of(application, &person).await?;
    let enrolment = application.configuration.enrolment;
    if team.is_none() && enrolment == Enrolment::Closed {
        return Err(AppError::new(Code::DocumentUnknown, "the document belongs to no team"));
    }
    let (session, expires_at) = application.sessions.open(&person, now);
    let ds = &application.configuration.ds;
    Ok(Opened {
        session,
        expires_at,
        server_time: now,
        document: person.document.as_str().to_owned(),
        user: person.user,
        role: person.role,
        team: team.map(|team| OpenedTeam { name: team.name.to_string() }),
        enrolment,
        ds_url: ds.url.as_str().to_owned(),
        egress_address: ds.egress_address.clone(),
    })
}
