//! `/api/team`: the team of the document. Owners of a member document manage it, editors use it.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
};
use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, SourceErrorCode as Code},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    access::{Access, Management, Visitor, present_team_of, surely_of, team_of},
    body,
    path::Path,
};
use crate::{
    application::Application,
    auth::{Person, Role},
    clock,
    config::Enrolment,
    error::AppError,
    ids::{DocumentMark, InvitationId, TeamId},
    request::Caller,
    store::{Invitation, NewDocument, NewInvitation, Rights, StoreError},
    teams::{Team, TeamDocument, TeamToken, code::InvitationCode},
    text,
};

/// Characters of a name.
const LONGEST_NAME: usize = 100;
/// Documents of a team.
const MOST_DOCUMENTS: usize = 200;
/// Invitations of a team that nobody has used yet.
const MOST_INVITATIONS: usize = 20;
/// How long an invitation may be used: two days.
const INVITATION_SECONDS: i64 = 48 * 3600;

/// A team, as its people see it.
#[derive(Serialize)]
pub(super) struct Shown {
    name: String,
    is_declared: bool,
    /// Whether other documents may join it with a code.
    may_invite: bool,
    version: i64,
    role: Role,
    documents: Vec<ShownDocument>,
    tokens: Vec<ShownToken>,
    invitations: Vec<ShownInvitation>,
    egress_address: Option<String>,
}

#[derive(Serialize)]
struct ShownDocument {
    id: String,
    name: String,
    origin: String,
    is_this: bool,
    joined_at: Option<Timestamp>,
    joined_by: Option<i64>,
}

/// A token, as its team sees it: never itself.
#[derive(Serialize)]
pub(super) struct ShownToken {
    id: String,
    name: String,
    demarches: Vec<DemarcheNumber>,
    rights: Rights,
    /// Those of its démarches that DS does not open to it.
    refused: Vec<DemarcheNumber>,
    expires: Option<Day>,
    checked_at: Option<Timestamp>,
    refusal: Option<serde_json::Value>,
    deposited_at: Option<Timestamp>,
    deposited_by: Option<i64>,
    version: i64,
}

#[derive(Serialize)]
struct ShownInvitation {
    id: String,
    hands_over: bool,
    created_at: Timestamp,
    created_by: i64,
    expires_at: Timestamp,
}

impl ShownToken {
    pub(super) fn new(token: &TeamToken) -> Self {
        let checked = token.checked.as_ref();
        let refusal = match token.ready() {
            Err(failure) => Some(failure.into()),
            Ok(_) => checked.and_then(|checked| checked.refusal).map(|code| AppError::new(code, "")),
        };
        Self {
            id: token.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            name: token.name.clone(),
            demarches: token.demarches.clone(),
            rights: checked.map_or(Rights::Unknown, |checked| checked.rights),
            refused: checked.map(|checked| checked.refused.clone()).unwrap_or_default(),
            expires: token.expires,
            checked_at: checked.map(|checked| checked.at),
            refusal: refusal.and_then(|error| serde_json::to_value(error.body(None)).ok()),
            deposited_at: token.deposited.map(|(at, _)| at),
            deposited_by: token.deposited.map(|(_, by)| by),
            version: token.version,
        }
    }
}

/// The team, its documents and its tokens; to owners, its open invitations, too.
pub(super) async fn show(State(application): State<Arc<Application>>, Access { person, team }: Access) -> Result<Json<Shown>, AppError> {
    shown(&application, &person, &team).await.map(Json)
}

async fn shown(application: &Application, person: &Person, team: &Team) -> Result<Shown, AppError> {
    let invitations = match &team.id {
        Some(id) if person.role == Role::Owner => application.store.invitations(id, clock::now()).await?,
        _ => Vec::new(),
    };
    let document = |document: &TeamDocument| ShownDocument {
        id: document.mark.as_ref().map(ToString::to_string).unwrap_or_default(),
        name: document.name.clone(),
        origin: document.address.origin.to_string(),
        is_this: document.address.is(&person.origin, &person.document),
        joined_at: document.joined.map(|(at, _)| at),
        joined_by: document.joined.map(|(_, by)| by),
    };
    let invitation = |Invitation { id, hands_over, created_at, created_by, expires_at }| ShownInvitation {
        id: id.to_string(),
        hands_over,
        created_at,
        created_by,
        expires_at,
    };
    Ok(Shown {
        name: team.name.to_string(),
        is_declared: team.id.is_none(),
        may_invite: team.id.is_some() && person.role == Role::Owner && application.configuration.enrolment != Enrolment::Closed,
        version: team.version,
        role: person.role,
        documents: team.documents.iter().map(document).collect(),
        tokens: team.tokens.iter().map(ShownToken::new).collect(),
        invitations: invitations.into_iter().map(invitation).collect(),
        egress_address: application.configuration.ds.egress_address.clone(),
    })
}

/// The team as it is after a change.
async fn changed(application: &Application, person: &Person) -> Result<Json<Shown>, AppError> {
    let team =
        present_team_of(application, person).await?.ok_or_else(|| AppError::new(Code::DocumentUnknown, "the document has just left its team"))?;
    shown(application, person, &team).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    name: String,
    document_name: String,
    /// Of the operator's, where they say who creates a team.
    code: Option<String>,
}

/// Creates a team, with this document as its first.
pub(super) async fn create(
    State(application): State<Arc<Application>>,
    visitor: Visitor,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Shown>), AppError> {
    let person = visitor.owner()?;
    application.limits.management(&person)?;
    let enrolment = application.configuration.enrolment;
    if enrolment == Enrolment::Closed {
        return Err(AppError::new(Code::EnrolmentClosed, "teams are not created from the widget"));
    }
    let Creation { name, document_name, code } = read(&application, &headers, body).await?;
    let refused = || AppError::new(Code::InvitationRefused, "no opening has this code").saying(text::OPENING_REFUSED);
    let opening = if enrolment == Enrolment::Invitation {
        let needed = || AppError::new(Code::EnrolmentClosed, "a team is created with a code").saying(text::OPENING_NEEDED);
        let code = code.ok_or_else(needed)?;
        count_code(&application, caller)?;
        Some(application.vault.code_hashes(&InvitationCode::parse(&code).ok_or_else(refused)?))
    } else {
        None
    };
    let (name, document) = (named(&name)?, comer(&application, &person, &document_name).await?);
    let id = TeamId::draw();
    if !application.store.create_team(&id, &name, &document, opening.as_deref()).await.map_err(already_in)? {
        return Err(refused());
    }
    tracing::info!(team = id.as_str(), "team created");
    Ok((StatusCode::CREATED, changed(&application, &person).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renaming {
    name: String,
    version: i64,
}

/// Gives the team another name.
pub(super) async fn rename(
    State(application): State<Arc<Application>>,
    Management { person, id, .. }: Management,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Shown>, AppError> {
    application.limits.management(&person)?;
    let Renaming { name, version } = read(&application, &headers, body).await?;
    surely_of(&application, &person, id.as_str()).await?;
    application.store.rename_team(&id, version, &named(&name)?).await.inspect_err(|_| application.teams.forget())?;
    changed(&application, &person).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Joining {
    code: String,
    document_name: String,
}

/// Brings this document into a team, with a code of one of its owners.
pub(super) async fn join(
    State(application): State<Arc<Application>>,
    visitor: Visitor,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Shown>, AppError> {
    let person = visitor.owner()?;
    application.limits.management(&person)?;
    count_code(&application, caller)?;
    if application.configuration.enrolment == Enrolment::Closed {
        return Err(AppError::new(Code::EnrolmentClosed, "documents do not join from the widget"));
    }
    let Joining { code, document_name } = read(&application, &headers, body).await?;
    let document = comer(&application, &person, &document_name).await?;
    let refused = || AppError::new(Code::InvitationRefused, "no invitation has this code");
    let code = InvitationCode::parse(&code).ok_or_else(refused)?;
    let team = application.store.join(&application.vault.code_hashes(&code), &document).await.map_err(already_in)?.ok_or_else(refused)?;
    tracing::info!(team = team.as_str(), "a document joined");
    changed(&application, &person).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inviting {
    hands_over: bool,
}

#[derive(Serialize)]
pub(super) struct Invited {
    id: String,
    code: String,
    hands_over: bool,
    expires_at: Timestamp,
}

/// Makes an invitation. Its code is said this once.
pub(super) async fn invite(
    State(application): State<Arc<Application>>,
    Management { person, team, id }: Management,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Invited>), AppError> {
    application.limits.management(&person)?;
    // No document would be let in with it.
    if application.configuration.enrolment == Enrolment::Closed {
        return Err(AppError::new(Code::EnrolmentClosed, "documents do not join from the widget").saying(text::NO_INVITATIONS));
    }
    let Inviting { hands_over } = read(&application, &headers, body).await?;
    surely_of(&application, &person, id.as_str()).await?;
    let now = clock::now();
    if team.documents.len() >= MOST_DOCUMENTS || application.store.invitations(&id, now).await?.len() >= MOST_INVITATIONS {
        return Err(AppError::new(Code::TooMany, "the team has too many documents or invitations"));
    }
    let this = team.documents.iter().find(|document| document.address.is(&person.origin, &person.document));
    let (invitation, code) = (InvitationId::draw(), InvitationCode::draw());
    let hashes = application.vault.code_hashes(&code);
    let new = NewInvitation {
        id: &invitation,
        hash: hashes.first().ok_or_else(|| AppError::internal("no key hashes codes"))?,
        hands_over: this.and_then(|document| document.mark.as_ref()).filter(|_| hands_over),
        created_at: now,
        created_by: person.user,
        expires_at: now.plus_seconds(INVITATION_SECONDS),
    };
    application.store.add_invitation(&id, &new).await?;
    tracing::info!(team = id.as_str(), hands_over, "invitation made");
    Ok((StatusCode::CREATED, Json(Invited { id: invitation.to_string(), code: code.shown(), hands_over, expires_at: new.expires_at })))
}

/// Takes an invitation back.
pub(super) async fn withdraw(
    State(application): State<Arc<Application>>,
    Management { person, id, .. }: Management,
    Path(invitation): Path<String>,
) -> Result<StatusCode, AppError> {
    application.limits.management(&person)?;
    let invitation = InvitationId::parse(&invitation).ok_or_else(|| AppError::bad_request("not the id of an invitation"))?;
    application.store.remove_invitation(&id, &invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaving {
    /// Whether the last document is meant to end the team.
    ends_team: bool,
}

/// Takes a document out of the team: another's, or one's own to leave. Its tables and rows stay as they are.
pub(super) async fn remove_document(
    State(application): State<Arc<Application>>,
    Management { person, id, .. }: Management,
    Path(mark): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, AppError> {
    application.limits.management(&person)?;
    let mark = DocumentMark::parse(&mark).ok_or_else(|| AppError::bad_request("not the id of a document"))?;
    let Leaving { ends_team } = read(&application, &headers, body).await?;
    surely_of(&application, &person, id.as_str()).await?;
    let is_done = application.store.remove_document(&id, &mark, ends_team).await;
    application.teams.forget();
    if !is_done? {
        return Err(AppError::new(Code::LastDocument, "the team would end"));
    }
    tracing::info!(team = id.as_str(), "a document left");
    Ok(StatusCode::NO_CONTENT)
}

/// Counts a code that is tried, good or not.
fn count_code(application: &Application, caller: Option<Extension<Caller>>) -> Result<(), AppError> {
    caller.map_or(Ok(()), |Extension(Caller(caller))| application.limits.code(caller))
}

/// A body of these fields, and no other.
pub(super) async fn read<T: DeserializeOwned>(application: &Application, headers: &HeaderMap, body: Body) -> Result<T, AppError> {
    let body = body::read(&application.configuration.limits, headers, body).await?;
    // Not the error of serde, which quotes what it read.
    serde_json::from_slice(&body).map_err(|_| AppError::bad_request("the body has not these fields"))
}

/// A name that people give: in one line, and not too long.
pub(super) fn named(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(|letter| letter.is_control() || is_deceptive(letter)) {
        return Err(AppError::bad_request("not a name").saying(text::NAME));
    }
    Ok(name.to_owned())
}

/// What nobody sees, and what turns the order of the letters or ends a line: with it, a team passes for another in a list.
/// The joiner and the variants of emojis stay.
const fn is_deceptive(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'
        | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// This document, about to come into a team.
async fn comer(application: &Application, person: &Person, name: &str) -> Result<NewDocument, AppError> {
    if team_of(application, person).await?.is_some() {
        return Err(already_in(StoreError::Taken));
    }
    Ok(NewDocument {
        origin: person.origin.clone(),
        document: person.document.clone(),
        name: named(name)?,
        joined_at: clock::now(),
        joined_by: person.user,
    })
}

fn already_in(error: StoreError) -> AppError {
    match error {
        StoreError::Taken => AppError::new(Code::TeamExists, "the document has a team"),
        error => error.into(),
    }
}
