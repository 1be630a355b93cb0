//! REST: attachments.
use super::attachments::File;
use super::document::Role;
use super::faults::On;
use super::multipart;
use super::refusal::Refusal;
use super::rest::{Answer, Asked, refused, status_of};
use super::token;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde_json::{Value, json};
use std::fmt::Write;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

type Answered = Result<Answer, Answer>;

pub(crate) fn list(asked: &Asked) -> Answered {
    asked.require(Role::Viewer)?;
    if asked.parameter("sort").is_some() || asked.parameter("filter").is_some() {
        let refusal = Refusal::unsupported("attachments sorted or filtered");
        return Err(refused(status_of(&refusal), &refusal));
    }
    let records: Vec<Value> = asked.document.files().into_iter().map(|(id, file)| json!({"id": id, "fields": described(&file)})).collect();
    Ok(Answer::ok(&json!({"records": records})))
}

fn described(file: &File) -> Value {
    let seconds = i64::try_from(file.uploaded / 1000).unwrap_or_default();
    let uploaded = OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|time| time.format(&Rfc3339).ok());
    json!({"fileName": file.name, "fileSize": file.bytes.len(), "timeUploaded": uploaded})
}

/// The files of a multipart body, in its fields `upload`.
pub(crate) async fn upload(asked: &Asked) -> Answered {
    asked.require(Role::Editor)?;
    let kind = asked.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return Err(Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported content-type"));
    }
    let broken = || Answer::error(StatusCode::BAD_REQUEST, "missing payload");
    let files: Vec<File> = multipart::files(kind, &asked.body)
        .ok_or_else(broken)?
        .into_iter()
        .filter(|part| part.field == "upload")
        .map(|part| File { name: part.file_name, bytes: part.bytes.into(), uploaded: token::now() * 1000 })
        .collect();
    if files.is_empty() {
        return Err(broken());
    }
    let kept = asked.document.faults().around(On::Upload, || Ok(asked.document.keep_files(files))).await;
    kept.map(|ids| Answer::ok(&json!(ids))).map_err(|refusal| refused(status_of(&refusal), &refusal))
}

fn found(asked: &Asked, id: &str) -> Result<File, Answer> {
    asked.require(Role::Viewer)?;
    let number: i64 =
        id.parse().map_err(|_| Answer::error(StatusCode::BAD_REQUEST, &format!("attId parameter cannot be understood as an integer: {id}")))?;
    asked.document.file(number).ok_or_else(|| Answer::error(StatusCode::NOT_FOUND, &format!("Attachment not found: {id}")))
}

pub(crate) fn describe(asked: &Asked, id: &str) -> Answered {
    Ok(Answer::ok(&described(&found(asked, id)?)))
}

pub(crate) fn download(asked: &Asked, id: &str) -> Answered {
    let file = found(asked, id)?;
    let name = asked.parameter("name").unwrap_or(&file.name);
    let disposition = if asked.flag("inline") { "inline" } else { "attachment" };
    Ok(Answer {
        status: StatusCode::OK,
        headers: vec![
            (CACHE_CONTROL, "private, max-age=3600".to_owned()),
            (CONTENT_TYPE, content_type(&file.name).to_owned()),
            (CONTENT_DISPOSITION, format!("{disposition}; {}", file_name(name))),
            (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        ],
        body: Bytes::copy_from_slice(&file.bytes),
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => "text/plain; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// The name in Latin-1 with question marks, and in full when that loses something.
fn file_name(name: &str) -> String {
    let latin: String = name.chars().map(|character| if u32::from(character) < 0x100 { character } else { '?' }).collect();
    let mut header = format!("filename=\"{}\"", latin.replace('"', "\\\""));
    if latin != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                // Writing into a String cannot fail.
                let _ = write!(header, "%{byte:02X}");
            }
        }
    }
    header
}
