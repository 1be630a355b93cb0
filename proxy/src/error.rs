//! The error of every route. It becomes an answer in one place, the [`request`](crate::request) layer, which knows the
//! request's id.

use std::{borrow::Cow, fmt};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use relais_engine::{
    Timestamp,
    ds::{Holder, SourceError, SourceErrorCode as Code},
};
use serde::Serialize;

use crate::text::{self, Sentences};

/// Why a request was not served: a code for the widget, sentences for a person, a cause for the log.
#[derive(Clone, Debug)]
pub(crate) struct AppError {
    /// The status of the answer.
    pub status: StatusCode,
    /// What the widget tells apart, and what it shows with it.
    pub error: Box<SourceError>,
    /// What a person reads.
    pub sentences: Sentences,
    /// For the log alone. Never a body, a header or an address with its query: they may hold a token.
    pub cause: Cow<'static, str>,
}

impl AppError {
    /// An error with the status and sentences of its code.
    pub(crate) fn new(error: impl Into<SourceError>, cause: impl Into<Cow<'static, str>>) -> Self {
        let error = error.into();
        let sentences = match (&error.code, &error.address) {
            (Code::AddressRefused, Some(address)) => text::address_refused(address),
            (code, _) => text::of(*code),
        };
        Self { status: status(error.code), error: Box::new(error), sentences, cause: cause.into() }
    }

    /// The same, in other words.
    pub(crate) fn saying(self, sentences: Sentences) -> Self {
        Self { sentences, ..self }
    }

    /// The same, with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The request is not one that the widget makes.
    pub(crate) fn bad_request(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadRequest, cause)
    }

    /// No such address.
    pub(crate) fn not_found() -> Self {
        Self::bad_request("no such route").with_status(StatusCode::NOT_FOUND)
    }

    /// A defect of ours.
    pub(crate) fn internal(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Internal, cause)
    }

    /// One asks too much; the wait is in seconds.
    pub(crate) fn too_many(wait: u64, cause: &'static str) -> Self {
        let retry_at = crate::clock::now().plus_seconds(i64::try_from(wait).unwrap_or(60));
        Self::new(SourceError { retry_at: Some(retry_at), ..Code::RateLimited.into() }, cause).saying(text::TOO_MANY)
    }

    /// What the widget and the person read, whole.
    pub(crate) fn body<'a>(&'a self, request_id: Option<&'a str>) -> ErrorBody<'a> {
        ErrorBody {
            code: self.error.code,
            message: &self.sentences.message,
            help: &self.sentences.help,
            request_id,
            retry_at: self.error.retry_at,
            address: self.error.address.as_deref(),
            holder: self.error.holder.as_deref(),
        }
    }
}

/// The body of an error, under the key `error`.
#[derive(Serialize)]
pub(crate) struct ErrorBody<'a> {
    code: Code,
    message: &'a str,
    help: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<&'a Holder>,
}

impl fmt::Display for AppError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.error.code, self.cause)
    }
}

impl std::error::Error for AppError {}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The widget reads the code; the status is for the servers between it and us.
const fn status(code: Code) -> StatusCode {
    match code {
        Code::SessionExpired => StatusCode::UNAUTHORIZED,
        Code::GristRefused | Code::DocumentUnknown | Code::DemarcheForbidden | Code::FileRefused | Code::FileTooLarge => StatusCode::FORBIDDEN,
        // Every hour, for each file: nothing for an operator to mend.
        Code::FileExpired => StatusCode::GONE,
        Code::OwnersOnly | Code::TeamDeclared | Code::EnrolmentClosed => StatusCode::FORBIDDEN,
        Code::InvitationRefused | Code::TemplateUnknown => StatusCode::NOT_FOUND,
        Code::LeaseHeld | Code::TeamExists | Code::LastDocument | Code::DemarcheTaken | Code::TooMany | Code::Changed => StatusCode::CONFLICT,
        Code::BadRequest | Code::TemplateRefused => StatusCode::BAD_REQUEST,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::DsUnavailable | Code::ProxyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::TokenExpired
        | Code::TokenRefused
        | Code::AddressRefused
        | Code::DemarcheRefused
        | Code::NotFound
        | Code::DsFailed
        | Code::InvalidAnswer
        | Code::AnswerTooLarge
        | Code::Unsupported => StatusCode::BAD_GATEWAY,
    }
}
