//! Grist's theme: its colours and fonts become variables of the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlElement};

/// Applies a theme as Grist sends it: `{appearance, name, colors: {key: value}}`. Values may refer to one another by
/// `var()`, so all of them are set.
pub(super) fn apply(document: &Document, theme: &JsValue) {
    let Some(root) = document.document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    if let Some(appearance) = text(theme, "appearance").filter(|appearance| appearance == "light" || appearance == "dark") {
        let _ = root.set_attribute("data-grist-appearance", &appearance);
    }
    let Some(colors) = js_sys::Reflect::get(theme, &"colors".into()).ok().and_then(|colors| colors.dyn_into::<js_sys::Object>().ok()) else {
        return;
    };
    let style = root.style();
    for entry in js_sys::Object::entries(&colors).iter() {
        let entry = js_sys::Array::from(&entry);
        if let (Some(key), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
            let _ = style.set_property(&format!("--grist-theme-{key}"), &value);
        }
    }
}

fn text(object: &JsValue, key: &str) -> Option<String> {
    js_sys::Reflect::get(object, &key.into()).ok()?.as_string()
}
