//! `/api/templates`: what services share with each other. Owners of a team's documents write, its editors read and use.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, SourceErrorCode as Code},
    template::Template,
};
use serde::{Deserialize, Serialize};

use super::{
    access::{Access, Visitor, still_of, surely_of},
    body,
    path::Path,
    team::read,
};
use crate::{
    application::Application,
    auth::Person,
    clock,
    error::AppError,
    ids::TemplateId,
    leases::ConnexionId,
    store::{NewVersion, Sharing, StoredTemplate, StoredVersion, Visibility},
    teams::Team,
    text::Sentences,
};

/// Templates of a team.
const MOST: usize = 200;
/// Teams that a template is shared with by choice.
const MOST_TEAMS: usize = 100;
/// Connexions of a document that come from templates: as many as it may hold leases for.
const MOST_USES: usize = 64;

/// A template, in a line of the gallery.
#[derive(Serialize)]
struct Shown {
    id: String,
    name: String,
    description: String,
    /// The name of its team.
    team: String,
    is_own: bool,
    visibility: Visibility,
    demarche: DemarcheNumber,
    tables: i64,
    columns: i64,
    version: i64,
    revision: i64,
    withdrawn: bool,
    updated_at: Timestamp,
    /// Connexions that come from it.
    uses: i64,
}

/// A template, with its latest version.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    shown: Shown,
    /// The teams that were chosen, for those who may change them.
    teams: Vec<String>,
    versions: Vec<ShownVersion>,
    /// The file.
    content: Box<serde_json::value::RawValue>,
}

#[derive(Serialize)]
struct ShownVersion {
    number: i64,
    note: String,
    created_at: Timestamp,
    created_by: i64,
}

#[derive(Serialize)]
pub(super) struct NamedTeam {
    id: String,
    name: String,
}

impl From<StoredVersion> for ShownVersion {
    fn from(StoredVersion { number, note, created_at, created_by }: StoredVersion) -> Self {
        Self { number, note, created_at, created_by }
    }
}

/// The names of teams, by their keys.
async fn names(application: &Application) -> Result<HashMap<String, String>, AppError> {
    let declared = application.teams.declared().into_iter().map(|team| (team.key().to_string(), team.name.to_string()));
    Ok(application.store.team_names().await?.into_iter().chain(declared).collect())
}

fn shown(template: StoredTemplate, team: &Team, names: &HashMap<String, String>) -> Shown {
    let is_own = *template.team == *team.key();
    Shown {
        id: template.id.to_string(),
        name: template.name,
        description: template.description,
        team: names.get(&template.team).cloned().unwrap_or_default(),
        is_own,
        visibility: template.visibility,
        demarche: template.demarche,
        tables: template.tables,
        columns: template.columns,
        version: template.version,
        revision: template.revision,
        withdrawn: template.withdrawn,
        updated_at: template.updated_at,
        uses: template.uses,
    }
}

/// What the team may see.
pub(super) async fn list(State(application): State<Arc<Application>>, Access { team, .. }: Access) -> Result<Json<impl Serialize>, AppError> {
    let templates = application.store.templates(&team.key()).await?;
    let names = names(&application).await?;
    Ok(Json(templates.into_iter().map(|template| shown(template, &team, &names)).collect::<Vec<_>>()))
}

/// The teams that a template can be shared with.
pub(super) async fn teams(State(application): State<Arc<Application>>, Access { person, team }: Access) -> Result<Json<impl Serialize>, AppError> {
    Visitor(person).owner()?;
    let mut teams: Vec<NamedTeam> = names(&application).await?.into_iter().map(|(id, name)| NamedTeam { id, name }).collect();
    teams.retain(|other| *other.id != *team.key());
    teams.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(Json(teams))
}

/// One template with its latest version.
pub(super) async fn show(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let template = find(&application, &person, &team, &id).await?;
    whole(&application, &team, template).await
}

async fn whole(application: &Application, team: &Team, template: StoredTemplate) -> Result<Response, AppError> {
    let content = content(application, &template.id, template.version).await?;
    let is_own = *template.team == *team.key();
    let teams = if is_own { application.store.template_teams(&template.id).await? } else { Vec::new() };
    let versions = application.store.template_versions(&template.id).await?;
    let tag = tag(template.revision);
    let shown = shown(template, team, &names(application).await?);
    let whole = Whole { shown, teams, versions: versions.into_iter().map(ShownVersion::from).collect(), content };
    Ok(([(header::ETAG, tag)], Json(whole)).into_response())
}

/// The file of a version, to keep or to compare.
pub(super) async fn version(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response, AppError> {
    let template = find(&application, &person, &team, &id).await?;
    let content = content(&application, &template.id, number).await?;
    let head = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, "attachment; filename=\"modele-relais.json\"")];
    Ok((head, content.get().to_owned()).into_response())
}

async fn content(application: &Application, id: &TemplateId, number: i64) -> Result<Box<serde_json::value::RawValue>, AppError> {
    let content = application.store.template_content(id, number).await?.ok_or_else(unknown)?;
    serde_json::value::RawValue::from_string(content).map_err(|_| AppError::internal("a template is not JSON"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    visibility: Visibility,
    #[serde(default)]
    teams: Vec<String>,
}

impl Asked {
    /// Whom it means: teams that exist, each once, and only when they are chosen.
    async fn sharing(mut self, application: &Application, team: &Team) -> Result<Sharing, AppError> {
        self.teams.sort_unstable();
        self.teams.dedup();
        if self.visibility != Visibility::Teams {
            self.teams.clear();
        }
        let known = names(application).await?;
        let is_known = |key: &String| known.contains_key(key) && **key != *team.key();
        if self.teams.len() > MOST_TEAMS || !self.teams.iter().all(is_known) {
            return Err(AppError::bad_request("teams that do not exist, or too many"));
        }
        Ok(Sharing { visibility: self.visibility, teams: self.teams })
    }
}

/// Keeps a template of the team. The body is the file; whom it is shared with is said by [`share`], and until then its team
/// alone sees it.
pub(super) async fn create(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    let template = file(&application, &headers, body).await?;
    surely_of(&application, &person, &team.key()).await?;
    let own = application.store.templates(&team.key()).await?.into_iter().filter(|template| *template.team == *team.key()).count();
    if own >= MOST {
        return Err(AppError::new(Code::TooMany, "the team has too many templates"));
    }
    let id = TemplateId::draw();
    let sharing = Sharing { visibility: Visibility::Team, teams: Vec::new() };
    application.store.add_template(&team.key(), &id, &sharing, &new_version(&template, &template.write(), &person)).await?;
    tracing::info!(team = &*team.key(), template = id.as_str(), "template created");
    let created = find(&application, &person, &team, id.as_str()).await?;
    Ok((StatusCode::CREATED, whole(&application, &team, created).await?).into_response())
}

/// A newer version of a template, for whoever has seen its latest state (`If-Match`).
pub(super) async fn renew(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    let (id, revision) = (parse(&id)?, revision(&headers)?);
    let template = file(&application, &headers, body).await?;
    surely_of(&application, &person, &team.key()).await?;
    application.store.add_template_version(&team.key(), &id, revision, &new_version(&template, &template.write(), &person)).await?;
    tracing::info!(team = &*team.key(), template = id.as_str(), "template renewed");
    let renewed = find(&application, &person, &team, id.as_str()).await?;
    whole(&application, &team, renewed).await
}

/// Shares a template with the team, chosen teams, or all.
pub(super) async fn share(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    let (id, revision) = (parse(&id)?, revision(&headers)?);
    let sharing = read::<Asked>(&application, &headers, body).await?.sharing(&application, &team).await?;
    surely_of(&application, &person, &team.key()).await?;
    application.store.share_template(&team.key(), &id, revision, &sharing).await?;
    tracing::info!(team = &*team.key(), template = id.as_str(), visibility = ?sharing.visibility, "template shared");
    let shared = find(&application, &person, &team, id.as_str()).await?;
    whole(&application, &team, shared).await
}

/// Withdraws a template. The connexions that come from it go on as they are.
pub(super) async fn withdraw(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    let (id, revision) = (parse(&id)?, revision(&headers)?);
    application.store.withdraw_template(&team.key(), &id, revision, clock::now()).await?;
    tracing::info!(team = &*team.key(), template = id.as_str(), "template withdrawn");
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    template: String,
    version: i64,
}

/// Notes which connexions of this document come from which templates: all of them, by their ids. A template that the team
/// may not see is left out, as a version that does not exist is: a document may still name what was taken from it. Answers
/// the latest version that there is for each of the others.
pub(super) async fn set_uses(
    State(application): State<Arc<Application>>,
    Access { person, team }: Access,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<impl Serialize>, AppError> {
    application.limits.management(&person)?;
    let asked: BTreeMap<String, Use> = read(&application, &headers, body).await?;
    if asked.len() > MOST_USES {
        return Err(AppError::new(Code::TooMany, "the document uses too many templates"));
    }
    still_of(&application, &person, &team.key()).await?;
    let mut uses = Vec::with_capacity(asked.len());
    let mut latest = BTreeMap::new();
    for (connexion, Use { template, version }) in asked {
        // Edited by hand, it is no reason to say nothing of the others.
        let Some((connexion, id)) = ConnexionId::parse(&connexion).zip(TemplateId::parse(&template)) else { continue };
        let template = application.store.template(&team.key(), &person.origin, &person.document, &id).await?;
        if let Some(template) = template.filter(|template| (1..=template.version).contains(&version)) {
            if !template.withdrawn {
                latest.insert(connexion.as_str().to_owned(), template.version);
            }
            uses.push((connexion, id, version));
        }
    }
    if application.store.uses(&person.origin, &person.document).await? != uses {
        application.store.set_uses(&person.origin, &person.document, &uses, clock::now()).await?;
    }
    Ok(Json(latest))
}

/// A template that the team may see. Another's is as unknown as one that never was.
async fn find(application: &Application, person: &Person, team: &Team, id: &str) -> Result<StoredTemplate, AppError> {
    let id = parse(id)?;
    application.store.template(&team.key(), &person.origin, &person.document, &id).await?.ok_or_else(unknown)
}

fn parse(id: &str) -> Result<TemplateId, AppError> {
    TemplateId::parse(id).ok_or_else(|| AppError::bad_request("not the id of a template"))
}

fn unknown() -> AppError {
    AppError::new(Code::TemplateUnknown, "no template that this team may see")
}

/// The file in a body, checked by the engine's own reading.
async fn file(application: &Application, headers: &HeaderMap, body: Body) -> Result<Template, AppError> {
    let body = body::read_template(&application.configuration.limits, headers, body).await?;
    Template::read(&body).map_err(|error| {
        let sentences = Sentences { message: error.message().into(), help: "".into() };
        // What is wrong, and where: never what the file holds.
        AppError::new(Code::TemplateRefused, error.to_string()).saying(sentences)
    })
}

fn new_version<'a>(template: &'a Template, content: &'a str, person: &Person) -> NewVersion<'a> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let tables = &template.mapping.tables;
    NewVersion {
        name: &template.name,
        description: &template.description,
        note: &template.note,
        demarche: template.mapping.demarche,
        tables: count(tables.len()),
        columns: count(tables.iter().map(|table| table.columns.len()).sum()),
        content,
        created_at: clock::now(),
        created_by: person.user,
    }
}

/// What the caller has seen of it, in `If-Match`.
fn revision(headers: &HeaderMap) -> Result<i64, AppError> {
    let text = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let number = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    number.ok_or_else(|| AppError::bad_request("what was seen of the template is not said").with_status(StatusCode::PRECONDITION_REQUIRED))
}

fn tag(revision: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}
