//! Who calls: a session in the `Authorization` header, and the team of its document.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use relais_engine::ds::SourceErrorCode as Code;

use crate::{
    application::Application,
    auth::{Person, Role},
    clock,
    error::AppError,
    ids::TeamId,
    teams::Team,
};

/// A person with a session.
pub(crate) struct Visitor(pub Person);

/// A person with a session, in a document that has a team.
pub(crate) struct Access {
    pub person: Person,
    pub team: Arc<Team>,
}

/// An owner of a document of a team that is changed from the widget.
pub(crate) struct Management {
    pub person: Person,
    pub team: Arc<Team>,
    pub id: TeamId,
}

impl FromRequestParts<Arc<Application>> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, application: &Arc<Application>) -> Result<Self, AppError> {
        let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let session =
            authorization.and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(|| AppError::new(Code::SessionExpired, "no session is given"))?;
        let person = application
            .sessions
            .read(session, clock::now())
            .ok_or_else(|| AppError::new(Code::SessionExpired, "the session is not ours, or has ended"))?;
        record(&person);
        application.limits.person(&person)?;
        // Again at each call: what an operator withdraws is withdrawn from sessions that are still open.
        if application.configuration.grist.allowed(person.origin.as_str()).is_none() {
            return Err(AppError::new(Code::GristRefused, "the session's origin is no longer in the configuration"));
        }
        Ok(Self(person))
    }
}

impl Visitor {
    /// The person, if they own the document.
    pub(crate) fn owner(self) -> Result<Person, AppError> {
        let Self(person) = self;
        if person.role == Role::Owner { Ok(person) } else { Err(AppError::new(Code::OwnersOnly, "the person does not own the document")) }
    }
}

impl FromRequestParts<Arc<Application>> for Access {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, application: &Arc<Application>) -> Result<Self, AppError> {
        let Visitor(person) = Visitor::from_request_parts(parts, application).await?;
        let team = team_of(application, &person).await?;
        let team = team.ok_or_else(|| AppError::new(Code::DocumentUnknown, "the document belongs to no team"))?;
        Ok(Self { person, team })
    }
}

impl FromRequestParts<Arc<Application>> for Management {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, application: &Arc<Application>) -> Result<Self, AppError> {
        let Access { person, team } = Access::from_request_parts(parts, application).await?;
        let person = Visitor(person).owner()?;
        match team.id.clone() {
            Some(id) => Ok(Self { person, team, id }),
            None => Err(AppError::new(Code::TeamDeclared, "the operator alone changes this team")),
        }
    }
}

/// The team of the document that a person is in, if it has one.
pub(super) async fn team_of(application: &Application, person: &Person) -> Result<Option<Arc<Team>>, AppError> {
    application.teams.of_document(&person.origin, &person.document).await.map_err(|error| AppError::from(&*error))
}

/// The same, as the database has it now.
pub(super) async fn present_team_of(application: &Application, person: &Person) -> Result<Option<Arc<Team>>, AppError> {
    application.teams.forget();
    Ok(application.teams.now_of_document(&person.origin, &person.document).await?)
}

/// Whether a document is still of the team that it was of when a request came: its body may take a while, and so may DS. For
/// what only reads; the team is known for two seconds.
pub(super) async fn still_of(application: &Application, person: &Person, key: &str) -> Result<(), AppError> {
    same(team_of(application, person).await?, key)
}

/// The same before something of the team is changed: nothing of what was known is taken for granted.
pub(super) async fn surely_of(application: &Application, person: &Person, key: &str) -> Result<(), AppError> {
    same(present_team_of(application, person).await?, key)
}

fn same(team: Option<Arc<Team>>, key: &str) -> Result<(), AppError> {
    match team {
        Some(team) if *team.key() == *key => Ok(()),
        _ => Err(AppError::new(Code::DocumentUnknown, "the document has left the team meanwhile")),
    }
}

/// Notes who calls, for the log: a public document can be read by whoever has its id, so only a mark of it is written.
pub(super) fn record(person: &Person) {
    let span = tracing::Span::current();
    span.record("origin", person.origin.as_str());
    span.record("document", person.document.mark());
    span.record("user", person.user);
}
