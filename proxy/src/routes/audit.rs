//! `GET /api/audit`: who read which démarche of the team, for its owners; `GET /api/audit.csv`, the same to keep.

use std::{collections::HashMap, fmt::Write as _, io, sync::Arc};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use relais_engine::{Timestamp, ds::DemarcheNumber};
use serde::Serialize;

use super::access::{Access, Visitor};
use crate::{
    application::Application,
    audit,
    auth::Person,
    error::AppError,
    store::{AuditLine, AuditPlace, StoreError},
    teams::Team,
    text,
};

/// Lines that a screen shows.
const SHOWN: i64 = 500;
/// Lines of a file that are in memory at once.
const PAGE: i64 = 1000;

#[derive(Serialize)]
pub(super) struct Shown {
    /// How long a line is kept.
    kept_days: u32,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    first_at: Timestamp,
    last_at: Timestamp,
    /// The document's name in the team; none when it is no longer of it, or has no name there.
    document: Option<String>,
    /// What the log calls it.
    mark: String,
    is_this: bool,
    /// Whether it is still of the team.
    is_member: bool,
    origin: String,
    person: i64,
    demarche: DemarcheNumber,
    operation: String,
    requests: i64,
    dossiers: i64,
}

/// The latest lines.
pub(super) async fn show(State(application): State<Arc<Application>>, access: Access) -> Result<Json<Shown>, AppError> {
    let (person, team) = written(&application, access).await?;
    let members = members(&team);
    let lines = application.store.audit(&team.key(), SHOWN).await?.into_iter().map(|line| shown(line, &person, &members)).collect();
    Ok(Json(Shown { kept_days: application.configuration.audit.days, lines }))
}

/// All of them, for a spreadsheet, a page at a time.
pub(super) async fn export(State(application): State<Arc<Application>>, access: Access) -> Result<Response, AppError> {
    let (_, team) = written(&application, access).await?;
    let members = members(&team);
    let file = File { application, team: team.key(), members };
    // What fails before the first line is an answer like another; afterwards the file breaks off, and is not taken for whole.
    let mut first = file.page(None).await?;
    // With its mark, without which spreadsheets take accents for two letters each.
    first.text.insert_str(0, &format!("\u{feff}{}\r\n", text::AUDIT_HEADER));
    let pages = stream::try_unfold((file, Some(first)), async |(file, page)| {
        let Some(Page { text, last }) = page else { return Ok(None) };
        let next = match &last {
            Some(last) => Some(file.page(Some(last)).await.map_err(|error| {
                tracing::warn!(cause = %error, "the file of the trail is cut");
                io::Error::other(error)
            })?),
            None => None,
        };
        Ok::<_, io::Error>(Some((text, (file, next))))
    });
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"lectures.csv\"")];
    Ok((head, Body::from_stream(pages)).into_response())
}

/// A file that is being written.
struct File {
    application: Arc<Application>,
    team: Arc<str>,
    members: Members,
}

/// Some lines of it, and the last of them, if more may follow.
struct Page {
    text: String,
    last: Option<AuditPlace>,
}

impl File {
    async fn page(&self, after: Option<&AuditPlace>) -> Result<Page, StoreError> {
        let lines = self.application.store.audit_after(&self.team, after, PAGE).await?;
        let mut page = Page { text: String::new(), last: None };
        let is_full = i64::try_from(lines.len()) == Ok(PAGE);
        for (place, line) in lines {
            let name = self.members.get(&(line.origin.clone(), line.document.clone())).cloned().flatten();
            let document = name.as_ref().unwrap_or(&line.document);
            let cells = [&line.first_at.to_rfc3339(), &line.last_at.to_rfc3339(), document, &line.origin].map(|text| cell(text)).join(";");
            let AuditLine { person, demarche, operation, requests, dossiers, .. } = line;
            let _ = write!(page.text, "{cells};{person};{demarche};{operation};{requests};{dossiers}\r\n");
            page.last = is_full.then_some(place);
        }
        Ok(page)
    }
}

/// A text that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let harmless = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", harmless.replace('"', "\"\""))
}

/// The owner who asks, and their team, once what was read until now is written.
async fn written(application: &Arc<Application>, Access { person, team }: Access) -> Result<(Person, Arc<Team>), AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    audit::write_now(application).await;
    Ok((person, team))
}

/// The names of the team's documents, those that have one, by their origins and marks.
type Members = HashMap<(String, String), Option<String>>;

fn members(team: &Team) -> Members {
    let member = |(origin, mark, name): (String, String, &str)| ((origin, mark), Some(name).filter(|name| !name.is_empty()).map(str::to_owned));
    team.documents.iter().map(|document| member((document.address.origin.to_string(), document.address.id.mark(), &document.name))).collect()
}

fn shown(line: AuditLine, reader: &Person, members: &Members) -> Line {
    let AuditLine { origin, document: mark, person, demarche, operation, requests, dossiers, first_at, last_at, team: _ } = line;
    let member = members.get(&(origin.clone(), mark.clone()));
    Line {
        document: member.cloned().flatten(),
        is_this: mark == reader.document.mark() && origin == reader.origin.as_str(),
        is_member: member.is_some(),
        first_at,
        last_at,
        mark,
        origin,
        person,
        demarche,
        operation,
        requests,
        dossiers,
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(cell("Suivi « DETR » ; \"2026\""), "\"Suivi « DETR » ; \"\"2026\"\"\"");
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert!(cell(formula).starts_with("\"'"), "{formula}");
        }
    }
}
