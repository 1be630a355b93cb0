//! The page that shows a document and embeds a widget in it, and what its script asks of this server.
use super::document::{Role, SampleDocument};
use super::faults::On;
use super::refusal::Refusal;
use super::rules::Access;
use super::server::Site;
use super::state::State as Content;
use super::widget::WIDGET_SECTION;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use futures::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

const PAGE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPTS: [(&str, &str); 6] = [
    ("main.js", include_str!("page/main.js")),
    ("host.js", include_str!("page/host.js")),
    ("server.js", include_str!("page/server.js")),
    ("grid.js", include_str!("page/grid.js")),
    ("cells.js", include_str!("page/cells.js")),
    ("theme.js", include_str!("page/theme.js")),
];

/// The list of documents.
pub(crate) async fn index(State(site): State<Site>) -> Html<String> {
    let documents = site.documents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let links: Vec<String> = documents
        .iter()
        .map(|document| {
            let name = escaped(&document.name());
            format!("<li><a href=\"/doc/{}\">{name}</a></li>", document.url_id())
        })
        .collect();
    Html(format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Documents</title>\
         <link rel=\"stylesheet\" href=\"/page/style.css\"><body class=\"index\"><h1>Documents</h1><ul>{}</ul>",
        links.join("")
    ))
}

/// The page of one document. Its script reads the address: `user`, `access`, `theme`, `widget`, `view`, `panel`.
pub(crate) async fn document(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let Some(document) = site.document(&id) else {
        return (StatusCode::NOT_FOUND, Html("Document introuvable.")).into_response();
    };
    let page = PAGE.replace("{{name}}", &escaped(&document.name())).replace("{{id}}", document.url_id());
    Html(page).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

type Asset = ([(HeaderName, &'static str); 1], &'static str);

pub(crate) async fn style() -> Asset {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

pub(crate) async fn script(Path(name): Path<String>) -> Result<Asset, StatusCode> {
    let (_, script) = SCRIPTS.iter().find(|(known, _)| *known == name).ok_or(StatusCode::NOT_FOUND)?;
    Ok(([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script))
}

/// What the page asks, in the name of the user in its address: this server believes it, being reached from this
/// machine alone.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    user: String,
    call: String,
    #[serde(default)]
    arguments: Vec<Value>,
}

/// Answers `{"data": …}` or `{"error": {"message", "code"}}`.
pub(crate) async fn call(State(site): State<Site>, Path(id): Path<String>, Json(asked): Json<Asked>) -> Response {
    let Some(document) = site.document(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let answer = match perform(&site, &document, asked).await {
        // Assembled as text: a large table is not read again only to be written.
        Ok(text) => format!("{{\"data\":{text}}}"),
        Err(refusal) => json!({"error": refusal}).to_string(),
    };
    ([(CONTENT_TYPE, "application/json")], answer).into_response()
}

async fn perform(site: &Site, document: &SampleDocument, asked: Asked) -> Result<String, Refusal> {
    let user = asked.user.as_str();
    let mut arguments = asked.arguments.into_iter();
    let mut next = || arguments.next().unwrap_or(Value::Null);
    let answer = match asked.call.as_str() {
        "state" => state(document, user)?,
        "getDocName" => json!(document.id()),
        "listTables" => json!(document.list_tables(user).await?),
        "fetchTable" => {
            let table = next();
            let table = table.as_str().ok_or_else(|| Refusal::new("Cannot read properties of null (reading 'startsWith')", None))?;
            return document.fetch_table_text(user, table).await;
        }
        // What the page itself shows is not counted among the widget's calls, and meets no fault.
        "showTable" => {
            let table = next();
            let table = table.as_str().unwrap_or_default();
            let shown = document.read(user, |content, access| content.fetch(table, access))?;
            return Ok(serde_json::to_string(&shown).unwrap_or_default());
        }
        "applyUserActions" => {
            let (actions, options) = (next(), next());
            document.apply(user, actions, options).await?
        }
        "getAccessToken" => {
            let options = next();
            let options = options.as_object().ok_or_else(|| Refusal::new("Cannot read properties of undefined (reading 'readOnly')", None))?;
            let read_only = options.get("readOnly").and_then(Value::as_bool);
            document.faults().around(On::Token, || token(site, document, user, read_only)).await?
        }
        "undo" => json!(document.undo(user)?),
        "redo" => json!(document.redo(user)?),
        other => return Err(Refusal::unsupported(format!("the page's call {other}"))),
    };
    Ok(answer.to_string())
}

fn token(site: &Site, document: &SampleDocument, user: &str, read_only: Option<bool>) -> Result<Value, Refusal> {
    if document.role(user).is_none() {
        return Err(Refusal::no_view_access());
    }
    document.count(|calls| {
        calls.tokens += 1;
        calls.note("token", user, 0);
    });
    Ok(json!({
        "token": document.token_lasting(user, read_only, super::TOKEN_LIFETIME),
        "baseUrl": format!("{}/o/docs/api/docs/{}", site.origin, document.url_id()),
        "ttlMsecs": super::TOKEN_LIFETIME.as_millis(),
    }))
}

/// What the frame of the page shows: pages, tables, the user's role, the widget's section.
fn state(document: &SampleDocument, user: &str) -> Result<Value, Refusal> {
    let role = document.role(user);
    let versions = document.versions();
    let (pages, tables, section) = document.read(user, |content, access| Ok((pages(content, access), tables(content, access), widget(content))))?;
    Ok(json!({
        "id": document.id(),
        "urlId": document.url_id(),
        "name": document.name(),
        "user": user,
        "role": role.map(|role| match role {
            Role::Owner => "owners",
            Role::Editor => "editors",
            Role::Viewer => "viewers",
        }),
        "pages": pages,
        "tables": tables,
        "widget": section,
        "versions": versions,
    }))
}

fn text(record: &super::state::Record, field: &str) -> String {
    record.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(record: &super::state::Record, field: &str) -> i64 {
    record.get(field).and_then(Value::as_i64).unwrap_or_default()
}

/// Pages in their order: the table of their grid, or the widget.
fn pages(content: &Content, access: &Access<'_>) -> Vec<Value> {
    let views: HashMap<i64, String> = content.records("_grist_Views").map(|(id, view)| (id, text(view, "name"))).collect();
    let sections: BTreeMap<i64, (i64, String)> = content
        .records("_grist_Views_section")
        .map(|(_, section)| (number(section, "parentId"), (number(section, "tableRef"), text(section, "parentKey"))))
        .collect();
    let readable: HashMap<i64, &str> = content.readable_tables(access).collect();
    content
        .records("_grist_Pages")
        .filter_map(|(_, page)| {
            let view = number(page, "viewRef");
            let (table, kind) = sections.get(&view)?;
            let name = views.get(&view)?;
            let table = readable.get(table)?;
            Some(json!({"view": view, "name": name, "table": table, "isWidget": kind == "custom"}))
        })
        .collect()
}

fn tables(content: &Content, access: &Access<'_>) -> Vec<Value> {
    content
        .readable_tables(access)
        .map(|(id, name)| {
            let columns: Vec<Value> = content
                .readable_columns(id, access)
                .iter()
                .filter(|(_, column)| column.col_id != "manualSort" && !column.col_id.starts_with("gristHelper_"))
                .map(|(reference, column)| {
                    let display = content.columns.get(&column.display_col);
                    json!({
                        "ref": reference, "id": column.col_id, "label": column.label, "type": column.type_name,
                        "options": column.widget_options, "description": column.description,
                        "isFormula": column.is_formula, "display": display.map(|column| &column.col_id),
                    })
                })
                .collect();
            json!({"ref": id, "id": name, "columns": columns})
        })
        .collect()
}

/// The widget's section: the table it is attached to, and what its options say.
fn widget(content: &Content) -> Value {
    let section = content.records("_grist_Views_section").find(|(id, _)| *id == WIDGET_SECTION);
    let Some((_, section)) = section else {
        return Value::Null;
    };
    let options: Value = serde_json::from_str(&text(section, "options")).unwrap_or_default();
    let custom: Value = options.get("customView").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    json!({
        "section": WIDGET_SECTION,
        "table": content.table_id(number(section, "tableRef")),
        "url": custom.get("url"),
        "access": custom.get("access"),
        "options": custom.get("widgetOptions"),
        "rendersAfterReady": custom.get("renderAfterReady"),
    })
}

/// The versions of the tables, now and whenever one changes.
pub(crate) async fn changes(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let document = site.document(&id).ok_or(StatusCode::NOT_FOUND)?;
    let stream = futures::stream::unfold((document, None), |(document, watched)| async move {
        let watched = match watched {
            None => {
                let mut watched = document.watch();
                watched.mark_unchanged();
                watched
            }
            Some(watched) => {
                let mut watched: tokio::sync::watch::Receiver<u64> = watched;
                watched.changed().await.ok()?;
                watched
            }
        };
        let event = Event::default().json_data(document.versions()).ok()?;
        Some((Ok(event), (document, Some(watched))))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
