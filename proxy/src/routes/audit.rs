//! `GET /api/audit`: who read which démarche of the team, for its owners; `GET /api/audit.csv`, the same to keep.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use relais_engine::{Timestamp, ds::DemarcheNumber};
use serde::Serialize;

use super::access::{Access, Visitor};
use crate::{application::Application, audit, auth::Person, error::AppError, store::AuditLine, teams::Team, text};

/// Lines that a screen shows.
const SHOWN: i64 = 500;
/// Lines of a file: what a team of twenty people reads in years.
const EXPORTED: i64 = 100_000;

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
    /// The document's name in the team; none when it is no longer of it.
    document: Option<String>,
    /// What the log calls it.
    mark: String,
    is_this: bool,
    origin: String,
    person: i64,
    demarche: DemarcheNumber,
    operation: String,
    requests: i64,
    dossiers: i64,
}

/// The latest lines.
pub(super) async fn show(State(application): State<Arc<Application>>, access: Access) -> Result<Json<Shown>, AppError> {
    let lines = read(&application, access, SHOWN).await?;
    Ok(Json(Shown { kept_days: application.configuration.audit.days, lines }))
}

/// All of them, for a spreadsheet.
pub(super) async fn export(State(application): State<Arc<Application>>, access: Access) -> Result<Response, AppError> {
    let lines = read(&application, access, EXPORTED).await?;
    // With its mark, without which spreadsheets take accents for two letters each.
    let mut file = format!("\u{feff}{}\r\n", text::AUDIT_HEADER);
    for line in &lines {
        let document = line.document.as_deref().unwrap_or(&line.mark);
        let cells = [&line.first_at.to_rfc3339(), &line.last_at.to_rfc3339(), document, &line.origin].map(cell).join(";");
        let _ = write!(file, "{cells};{};{};{};{};{}\r\n", line.person, line.demarche, line.operation, line.requests, line.dossiers);
    }
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"lectures.csv\"")];
    Ok((head, file).into_response())
}

/// A text that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let harmless = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", harmless.replace('"', "\"\""))
}

async fn read(application: &Arc<Application>, Access { person, team }: Access, most: i64) -> Result<Vec<Line>, AppError> {
    let person = Visitor(person).owner()?;
    application.limits.management(&person)?;
    audit::write_now(application).await;
    let lines = application.store.audit(&team.key(), most).await?;
    let names = names(&team);
    Ok(lines.into_iter().map(|line| shown(line, &person, &names)).collect())
}

/// The names of the team's documents, by their marks.
fn names(team: &Team) -> HashMap<String, &str> {
    team.documents.iter().map(|document| (document.address.id.mark(), document.name.as_str())).collect()
}

fn shown(line: AuditLine, reader: &Person, names: &HashMap<String, &str>) -> Line {
    let AuditLine { origin, document: mark, person, demarche, operation, requests, dossiers, first_at, last_at, team: _ } = line;
    Line {
        document: names.get(&mark).filter(|name| !name.is_empty()).map(|name| (*name).to_owned()),
        is_this: mark == reader.document.mark() && origin == reader.origin.as_str(),
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
