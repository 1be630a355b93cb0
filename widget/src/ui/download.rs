//! A file that the agent keeps.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlElement, Url};

/// Has the browser save a file under this name.
pub(crate) fn download(file: &Blob, name: &str) {
    let (Ok(address), Ok(link)) = (Url::create_object_url_with_blob(file), document().create_element("a")) else { return };
    if link.set_attribute("href", &address).and_then(|()| link.set_attribute("download", name)).is_ok()
        && let Some(link) = link.dyn_ref::<HtmlElement>()
    {
        link.click();
    }
    // The browser has taken it by then, or will not.
    let _ = Url::revoke_object_url(&address);
}
