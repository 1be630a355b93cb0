//! `/api/tokens`: the DS tokens of the team. They come in, are checked, sealed and used; they never come out.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use relais_engine::{
    Day,
    ds::{DemarcheNumber, SourceErrorCode as Code},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    access::{Management, present_team_of, surely_of},
    path::Path,
    team::{ShownToken, named, read},
};
use crate::{
    application::Application,
    auth::Person,
    clock,
    ds::Token,
    error::AppError,
    ids::{TeamId, TokenId},
    store::{NewToken, Rights, StoreError},
    teams::{
        Team, TeamToken,
        inspection::{Inspected, Inspection, inspect, opens_more},
    },
    text,
    vault::Owner,
};

/// Tokens of a team.
const MOST_TOKENS: u8 = 20;
/// Démarches of a token.
const MOST_DEMARCHES: usize = 100;
/// Bytes of a token: DS's have about ninety.
const LONGEST_TOKEN: usize = 512;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deposit {
    name: String,
    token: SecretString,
    demarches: Vec<DemarcheNumber>,
    expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    version: i64,
    name: String,
    /// None: the one that is there stays.
    token: Option<SecretString>,
    demarches: Vec<DemarcheNumber>,
    expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    version: i64,
}

/// A token and what it opens.
#[derive(Serialize)]
pub(super) struct Answer {
    token: ShownToken,
    demarches: Vec<Opened>,
    /// Whether it opens others too, as far as can be seen.
    opens_more: bool,
}

#[derive(Serialize)]
struct Opened {
    number: DemarcheNumber,
    title: Option<String>,
    refusal: Option<serde_json::Value>,
}

impl Opened {
    fn new(Inspected { number, title }: Inspected) -> Self {
        match title {
            Ok(title) => Self { number, title: Some(title), refusal: None },
            Err(failure) => Self { number, title: None, refusal: serde_json::to_value(AppError::from(failure).body(None)).ok() },
        }
    }
}

/// Takes a token in, once DS has said what it opens. One that opens nothing is not kept.
pub(super) async fn deposit(
    State(application): State<Arc<Application>>,
    Management { person, team, id }: Management,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Answer>), AppError> {
    application.limits.management(&person)?;
    let Deposit { name, token, demarches, expires } = read(&application, &headers, body).await?;
    let (name, demarches, expires) = (named(&name)?, listed(demarches)?, day(expires)?);
    if team.tokens.len() >= MOST_TOKENS.into() {
        return Err(AppError::new(Code::TooMany, "the team has too many tokens"));
    }
    none_taken(&team, None, &demarches)?;
    let _running = application.limits.operation(&person)?;
    let token_id = TokenId::draw();
    let inspection = ask(&application, &token, &demarches).await?;
    surely_of(&application, &person, id.as_str()).await?;
    let sealed = seal(&application, &id, &token_id, &token)?;
    let checked = inspection.checked(Rights::Unknown);
    let rights = checked.rights;
    let (name, demarches, expires) = (&name, &demarches, expires.as_ref());
    let new = NewToken { name, sealed: Some(&sealed), demarches, expires, checked, deposited_at: clock::now(), deposited_by: person.user };
    application.store.add_token(&id, MOST_TOKENS.into(), &token_id, &new).await.map_err(|error| match error {
        // Another owner was faster, between the look and the write.
        StoreError::Taken => AppError::new(Code::DemarcheTaken, "another token reads this démarche"),
        error => error.into(),
    })?;
    tracing::info!(team = id.as_str(), token = token_id.as_str(), ?rights, "token deposited");
    Ok((StatusCode::CREATED, answer(&application, &person, &token_id, inspection).await?))
}

/// Puts another token in the place of one, or changes what is said of it. Connexions see no difference.
pub(super) async fn replace(
    State(application): State<Arc<Application>>,
    Management { person, team, id }: Management,
    Path(token_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Answer>, AppError> {
    application.limits.management(&person)?;
    let (token_id, known) = find(&team, &token_id)?;
    let Replacement { version, name, token, demarches, expires } = read(&application, &headers, body).await?;
    // Said before DS is asked a hundred times for nothing, and of a token that has been replaced.
    if version != known.version {
        application.teams.forget();
        return Err(StoreError::Changed.into());
    }
    let (name, demarches, expires) = (named(&name)?, listed(demarches)?, day(expires)?);
    none_taken(&team, Some(&token_id), &demarches)?;
    let _running = application.limits.operation(&person)?;
    let inspection = match &token {
        Some(token) => ask(&application, token, &demarches).await?,
        None => inspect(&application.ds, known.ready()?, &known.gate, &demarches).await?.opening()?,
    };
    surely_of(&application, &person, id.as_str()).await?;
    let sealed = token.as_ref().map(|token| seal(&application, &id, &token_id, token)).transpose()?;
    // Of another token, nothing is known.
    let known_rights = known.checked.as_ref().filter(|_| token.is_none()).map_or(Rights::Unknown, |checked| checked.rights);
    let checked = inspection.checked(known_rights);
    let rights = checked.rights;
    let (name, sealed, demarches, expires) = (&name, sealed.as_deref(), &demarches, expires.as_ref());
    let new = NewToken { name, sealed, demarches, expires, checked, deposited_at: clock::now(), deposited_by: person.user };
    let replaced = application.store.replace_token(&id, &token_id, version, &new).await;
    application.teams.forget();
    replaced.map_err(|error| match error {
        StoreError::Taken => AppError::new(Code::DemarcheTaken, "another token reads this démarche"),
        error => error.into(),
    })?;
    tracing::info!(team = id.as_str(), token = token_id.as_str(), ?rights, "token replaced");
    answer(&application, &person, &token_id, inspection).await
}

/// Forgets a token.
pub(super) async fn remove(
    State(application): State<Arc<Application>>,
    Management { person, team, id }: Management,
    Path(token_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, AppError> {
    application.limits.management(&person)?;
    let (token_id, _) = find(&team, &token_id)?;
    let Removal { version } = read(&application, &headers, body).await?;
    surely_of(&application, &person, id.as_str()).await?;
    let removed = application.store.remove_token(&id, &token_id, version).await;
    application.teams.forget();
    removed?;
    tracing::info!(team = id.as_str(), token = token_id.as_str(), "token removed");
    Ok(StatusCode::NO_CONTENT)
}

/// Asks DS now what a token opens.
pub(super) async fn check(
    State(application): State<Arc<Application>>,
    Management { person, team, .. }: Management,
    Path(token_id): Path<String>,
) -> Result<Json<Answer>, AppError> {
    application.limits.management(&person)?;
    let (token_id, known) = find(&team, &token_id)?;
    let _running = application.limits.operation(&person)?;
    let inspected = inspect(&application.ds, known.ready()?, &known.gate, &known.demarches).await;
    application.note(known, inspected.as_ref().err().map(|failure| failure.error.code)).await;
    let inspection = inspected?;
    let known_rights = known.checked.as_ref().map_or(Rights::Unknown, |checked| checked.rights);
    application.store.note_check(&token_id, known.version, &inspection.checked(known_rights)).await?;
    answer(&application, &person, &token_id, inspection).await
}

/// Asks DS what a token opens that is not kept yet, through the gate of whoever has the same already.
async fn ask(application: &Application, token: &SecretString, demarches: &[DemarcheNumber]) -> Result<Inspection, AppError> {
    let token = usable(token)?;
    let gate = application.teams.gate(&token).await;
    Ok(inspect(&application.ds, &token, &gate, demarches).await?.opening()?)
}

async fn answer(application: &Application, person: &Person, token_id: &TokenId, inspection: Inspection) -> Result<Json<Answer>, AppError> {
    let team = present_team_of(application, person).await?;
    let token = team.as_ref().and_then(|team| team.tokens.iter().find(|token| token.id.as_ref() == Some(token_id)));
    let token = token.ok_or_else(|| AppError::new(Code::Changed, "the token has just been removed"))?;
    let opens_more = match token.ready() {
        Ok(ready) => {
            let others = others(application, team.as_deref(), token_id).await;
            opens_more(&application.ds, ready, &token.gate, &token.demarches, &others).await
        }
        Err(_) => false,
    };
    Ok(Json(Answer { token: ShownToken::new(token), demarches: inspection.demarches.into_iter().map(Opened::new).collect(), opens_more }))
}

/// Démarches that a token may open besides: those of the team's other tokens first, then those that anybody here reads.
async fn others(application: &Application, team: Option<&Team>, but: &TokenId) -> Vec<DemarcheNumber> {
    let own = team.into_iter().flat_map(|team| &team.tokens).filter(|token| token.id.as_ref() != Some(but));
    let mut others: Vec<DemarcheNumber> = own.flat_map(|token| token.demarches.iter().copied()).collect();
    // A comfort, as the rest of it.
    others.extend(application.store.some_demarches().await.unwrap_or_default());
    others.extend(application.teams.declared().iter().flat_map(|team| &team.tokens).flat_map(|token| token.demarches.iter().copied()));
    others
}

/// A token of the team. Another team's is as unknown as one that never was.
fn find<'a>(team: &'a Team, id: &str) -> Result<(TokenId, &'a TeamToken), AppError> {
    let id = TokenId::parse(id).ok_or_else(|| AppError::bad_request("not the id of a token"))?;
    let token = team.tokens.iter().find(|token| token.id.as_ref() == Some(&id));
    token.map(|token| (id, token)).ok_or_else(|| AppError::new(Code::Changed, "the team has no such token"))
}

fn usable(token: &SecretString) -> Result<Token, AppError> {
    use secrecy::ExposeSecret as _;
    let refused = || AppError::bad_request("not a token").saying(text::TOKEN);
    if token.expose_secret().len() > LONGEST_TOKEN {
        return Err(refused());
    }
    Token::new(token.clone()).map_err(|_| refused())
}

fn seal(application: &Application, team: &TeamId, token_id: &TokenId, token: &SecretString) -> Result<String, AppError> {
    let owner = Owner { team: team.as_str(), token: token_id.as_str() };
    application.vault.seal(owner, token).map_err(|error| AppError::internal(error.to_string()))
}

/// The démarches, each once.
fn listed(demarches: Vec<DemarcheNumber>) -> Result<Vec<DemarcheNumber>, AppError> {
    let mut once: Vec<DemarcheNumber> = Vec::with_capacity(demarches.len().min(MOST_DEMARCHES + 1));
    for demarche in demarches {
        if once.len() <= MOST_DEMARCHES && !once.contains(&demarche) {
            once.push(demarche);
        }
    }
    if once.is_empty() || once.len() > MOST_DEMARCHES {
        return Err(AppError::bad_request("no démarche, or too many").saying(text::DEMARCHES));
    }
    Ok(once)
}

fn day(text: Option<String>) -> Result<Option<Day>, AppError> {
    text.map(|text| Day::parse(&text).map_err(|_| AppError::bad_request("not a day").saying(text::DAY))).transpose()
}

/// Within a team, one token reads a démarche: else nobody could say which is used.
fn none_taken(team: &Team, but: Option<&TokenId>, demarches: &[DemarcheNumber]) -> Result<(), AppError> {
    let mut others = team.tokens.iter().filter(|token| token.id.as_ref() != but);
    if others.any(|token| token.demarches.iter().any(|demarche| demarches.contains(demarche))) {
        return Err(AppError::new(Code::DemarcheTaken, "another token reads this démarche"));
    }
    Ok(())
}
