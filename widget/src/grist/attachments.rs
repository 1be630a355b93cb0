//! Files into the document, by Grist's REST API: the plugin API takes none (facts/grist.md, section 8).

use gloo_net::http::{Method, RequestBuilder};
use relais_engine::{
    grist::{ApplyOptions, DocumentError},
    json,
    ports::{Document as _, NewAttachment},
};
use web_sys::{Blob, FormData};

use super::Grist;
use crate::abort::Deadline;

/// A large file on a slow line: Grist gives no sign of life meanwhile.
const TIMEOUT: u32 = 900_000;

/// Uploads files in one request.
pub(super) async fn upload(grist: &Grist, files: &[NewAttachment<'_, Blob>]) -> Result<Vec<i64>, DocumentError> {
    // In a private copy, rows would go into the copy and files into the document that it was made from (facts/grist.md,
    // section 6). A page that is about to be one (`/m/fork`) becomes it at its first write, and has the name of the document
    // until then: this one writes nothing.
    grist.apply(&[], &ApplyOptions::default()).await?;
    if grist.document_name().await.is_none_or(|name| name.contains('~')) {
        return Err(DocumentError::Copy);
    }
    let token = grist.access_token().await?;
    if token.base_url.strip_prefix(grist.origin()).is_none_or(|path| !path.starts_with('/')) {
        return Err(DocumentError::Other("the REST API is not on the origin of the document".to_owned()));
    }
    let unsent = |_| DocumentError::Other("the upload could not be made".to_owned());
    let form = FormData::new().map_err(unsent)?;
    for file in files {
        form.append_with_blob_and_filename("upload", file.content, file.name).map_err(unsent)?;
    }
    let address = format!("{}/attachments", token.base_url);
    // Without this header Grist takes no write of another origin.
    let deadline = Deadline::new(TIMEOUT).ok_or(DocumentError::NoAnswer)?;
    let request = RequestBuilder::new(&address).method(Method::POST).query([("auth", token.token)]).abort_signal(Some(&deadline.signal()));
    let request = request.header("X-Requested-With", "XMLHttpRequest").body(form).map_err(|_| DocumentError::NoAnswer)?;
    let response = request.send().await.map_err(|_| DocumentError::NoAnswer)?;
    let body = response.binary().await.map_err(|_| DocumentError::NoAnswer)?;
    if response.ok() {
        return json::read(&body).map_err(|error| DocumentError::Other(format!("unexpected answer: {error}")));
    }
    let refusal = json::Json::parse(&body).ok().and_then(|body| body.get("error").as_text().map(str::to_owned));
    Err(DocumentError::from_grist(None, &refusal.unwrap_or_else(|| format!("status {}", response.status()))))
}
