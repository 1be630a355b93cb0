//! `POST /api/files`: one file of DS, passed on to the widget, which puts it into the document.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use relais_engine::ds::{DemarcheNumber, SourceErrorCode as Code};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    access::{Access, still_of},
    body,
};
use crate::{
    application::Application,
    audit::FILES,
    ds::Failure,
    error::AppError,
    files::{End, Passed},
    text,
};

/// Nothing of a file is ever shown in our name, nor run, should a browser be led here.
const POLICY: &str = "sandbox; default-src 'none'";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The démarche that the file was read from.
    demarche: DemarcheNumber,
    /// Its address, as DS gave it. It opens the file: a secret, for an hour.
    url: SecretString,
    /// Its length in bytes, as DS said.
    size: u64,
}

/// Passes on a file.
pub(super) async fn pass_on(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let body = body::read(&application.configuration.limits, &headers, body).await?;
    still_of(&application, &person, &team.key()).await?;
    // Not the error of serde, which quotes what it read.
    let Asked { demarche, url, size } = serde_json::from_slice(&body).map_err(|_| AppError::bad_request("the body is not that of a file"))?;
    tracing::Span::current().record("demarche", demarche.get());
    if team.token_for(demarche).is_none() {
        return Err(AppError::new(Code::DemarcheForbidden, "the team may not read this démarche"));
    }
    let running = application.limits.file(&person)?;
    application.trail.note(&team.key(), &person, demarche, FILES, 0);
    let call = Call { application, is_counted: false, span: tracing::Span::current() };
    let file = match call.application.files.ask(url.expose_secret(), size).await {
        Ok(file) => file,
        Err(failure) => return Err(call.failed(failure)),
    };
    let head = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::CONTENT_LENGTH, file.size().to_string()),
    ];
    Ok((head, Body::from_stream(file.pass_on(running, move |passed| call.ended(&passed)))).into_response())
}

/// A call under way, for the figures and the log.
struct Call {
    application: Arc<Application>,
    is_counted: bool,
    span: tracing::Span,
}

impl Call {
    fn count(&mut self, outcome: &'static str, bytes: u64) {
        self.is_counted = true;
        self.application.metrics.file(outcome, bytes);
    }

    /// The request's own line says why.
    fn failed(mut self, failure: Failure) -> AppError {
        let sentences = text::of_file(failure.error.code);
        self.count(failure.error.code.name(), 0);
        AppError::from(failure).saying(sentences)
    }

    fn ended(mut self, Passed { bytes, end }: &Passed) {
        let outcome = match end {
            End::Whole => "ok",
            End::Abandoned => "abandoned",
            End::Cut(failure) => failure.error.code.name(),
        };
        self.count(outcome, *bytes);
        self.span.in_scope(|| match end {
            End::Cut(failure) => tracing::warn!(bytes, outcome, cause = %failure, "file cut"),
            End::Whole | End::Abandoned => tracing::info!(bytes, outcome, "file passed on"),
        });
    }
}

impl Drop for Call {
    /// A client that leaves before the answer takes the call with it.
    fn drop(&mut self) {
        if !self.is_counted {
            self.count("abandoned", 0);
            self.span.in_scope(|| tracing::info!(bytes = 0, outcome = "abandoned", "file passed on"));
        }
    }
}
