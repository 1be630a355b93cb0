//! A value to copy, with its button.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

use super::{Icon, View, button, el, icon, slot};
use crate::text;

/// A value to copy. The button selects it first: where the browser does not copy, the keys do.
pub(crate) fn copy(value: String, label: &'static str) -> View {
    let place = slot();
    let is_copied = RwSignal::new(false);
    let on_copy = move || {
        if let Some((selection, place)) = window().get_selection().ok().flatten().zip(place.get_value())
            && selection.select_all_children(&place).is_ok()
        {
            // Old, and everywhere: its successor is not there when Grist is served without TLS.
            let copied = document().dyn_into::<HtmlDocument>().ok().and_then(|document| document.exec_command("copy").ok());
            is_copied.set(copied == Some(true));
        }
    };
    let value = el("span").slot(place).child(value);
    let said = move || if is_copied.get() { text::COPIED } else { "" };
    View::from([
        el("span").class("copy").child(value).child(button("ico", icon(Icon::Copy), on_copy).attr("aria-label", label)).into(),
        " ".into(),
        el("span").class("meta").attr("role", "status").child(said).into(),
    ])
}
