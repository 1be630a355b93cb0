//! `POST /api/operations/{name}`: one operation of the list, relayed to DS.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use relais_engine::ds::{DemarcheNumber, Operation, SourceErrorCode as Code, operations::OperationName};
use serde::Deserialize;

use super::{
    access::{Access, still_of},
    body, demarches,
    path::Path,
};
use crate::{
    application::Application,
    auth::Person,
    ds::{Answer, Dossiers, Failure},
    error::AppError,
    limits::Running,
    teams::inspection::is_of_token,
    text,
};

/// Relays an operation.
pub(super) async fn relay(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let start = Instant::now();
    let name = OperationName::from_name(&name).ok_or_else(|| AppError::bad_request("no such operation").with_status(StatusCode::NOT_FOUND))?;
    let running = application.limits.operation(&person)?;
    let body = body::read(&application.configuration.limits, &headers, body).await?;
    still_of(&application, &person, &team.key()).await?;
    let operation = name.parse(&body).map_err(|_| AppError::bad_request("the variables are not those of the operation"))?;
    let demarche = operation.demarche();
    tracing::Span::current().record("operation", name.as_str()).record("demarche", demarche.get());
    let token = team.token_for(demarche).ok_or_else(|| AppError::new(Code::DemarcheForbidden, "the team may not read this démarche"))?;
    let ready = token.ready()?;
    let call = Call { application, team: team.key(), person, demarche, name, start, _running: running };
    let answer = call.application.ds.call(ready, &token.gate, &operation).await;
    call.application.note(token, answer.as_ref().err().map(|failure| failure.error.code)).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            if is_of_token(failure.error.code) {
                demarches::forget(&call.application, &team, token, demarche).await;
            }
            return Err(call.failed(failure));
        }
    };
    if let Operation::GetDossier(_) = operation { call.checked(answer, demarche).await } else { Ok(call.streamed(answer)) }
}

/// A call under way, for the figures.
struct Call {
    application: Arc<Application>,
    team: Arc<str>,
    person: Person,
    demarche: DemarcheNumber,
    name: OperationName,
    start: Instant,
    _running: Running,
}

impl Call {
    fn failed(self, failure: Failure) -> AppError {
        let error = AppError::from(failure);
        self.count(outcome(error.error.code), 0);
        error
    }

    fn count(&self, outcome: String, bytes: usize) {
        self.application.metrics.operation(self.name.as_str(), outcome, bytes, self.start.elapsed());
    }

    /// What was read goes into the trail, even if the answer was cut.
    fn note(&self, dossiers: usize) {
        self.application.trail.note(&self.team, &self.person, self.demarche, self.name.as_str(), dossiers);
    }

    /// Passed on as it comes.
    fn streamed(self, answer: Answer) -> Response {
        let span = tracing::Span::current();
        json(Body::from_stream(answer.relay(move |relayed| {
            self.note(relayed.dossiers);
            let code = relayed.cut.as_ref().map(|failure| failure.error.code);
            self.count(code.map_or_else(|| "ok".to_owned(), outcome), relayed.bytes);
            if let Some(failure) = relayed.cut {
                span.in_scope(|| tracing::warn!(bytes = relayed.bytes, code = ?failure.error.code, cause = %failure, "answer cut"));
            }
        })))
    }

    /// Read whole: a dossier is asked for by its number alone, which says nothing of its démarche.
    async fn checked(self, answer: Answer, demarche: DemarcheNumber) -> Result<Response, AppError> {
        let body = match answer.read().await {
            Ok(body) => body,
            Err(failure) => return Err(self.failed(failure)),
        };
        match check_dossier(&body, demarche) {
            Ok(()) => {
                let mut dossiers = Dossiers::default();
                dossiers.see(&body);
                self.note(dossiers.count);
                self.count("ok".to_owned(), body.len());
                Ok(json(Body::from(body)))
            }
            Err(error) => {
                self.count(outcome(error.error.code), 0);
                Err(error)
            }
        }
    }
}

/// The dossier, if there is one, must be of the démarche that was authorised.
fn check_dossier(body: &Bytes, demarche: DemarcheNumber) -> Result<(), AppError> {
    #[derive(Deserialize)]
    struct Answer {
        data: Option<Root>,
    }
    #[derive(Deserialize)]
    struct Root {
        dossier: Option<Dossier>,
    }
    #[derive(Deserialize)]
    struct Dossier {
        demarche: Demarche,
    }
    #[derive(Deserialize)]
    struct Demarche {
        number: DemarcheNumber,
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| AppError::new(Code::InvalidAnswer, "the dossier does not say its démarche"))?;
    match answer.data.and_then(|root| root.dossier) {
        Some(dossier) if dossier.demarche.number != demarche => {
            Err(AppError::new(Code::DemarcheForbidden, "the dossier is of another démarche").saying(text::OTHER_DEMARCHE))
        }
        _ => Ok(()),
    }
}

fn json(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The code, as it is written in answers.
fn outcome(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
