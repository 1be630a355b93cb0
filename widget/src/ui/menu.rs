//! A menu: opens on its button, closes on Escape and when it is left, and gives the focus back.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlDetailsElement, HtmlElement, KeyboardEvent, Node};

use super::{Icon, View, el, icon, slot};

/// A menu of actions, by its lines.
pub(crate) fn menu(label: String, lines: impl Into<View>) -> View {
    let details = slot();
    // None once an action has led to another screen: the menu that leaves the page still loses the focus.
    let present = move || details.try_get_value().flatten().and_then(|details| details.dyn_into::<HtmlDetailsElement>().ok());
    let close = move |gives_focus_back: bool| {
        let Some(details) = present() else { return };
        if !details.open() {
            return;
        }
        details.set_open(false);
        if gives_focus_back
            && let Some(summary) = details.query_selector("summary").ok().flatten().and_then(|summary| summary.dyn_into::<HtmlElement>().ok())
        {
            let _ = summary.focus();
        }
    };
    let on_key = move |event: Event| {
        if event.dyn_into::<KeyboardEvent>().is_ok_and(|event| event.key() == "Escape") {
            close(true);
        }
    };
    let on_leave = move |event: Event| {
        let into = event.dyn_into::<FocusEvent>().ok().and_then(|event| event.related_target()).and_then(|target| target.dyn_into::<Node>().ok());
        let stays = present().zip(into).is_some_and(|(details, into)| details.contains(Some(&into)));
        if !stays {
            close(false);
        }
    };
    el("details")
        .class("menu")
        .slot(details)
        .on("keydown", on_key)
        .on("focusout", on_leave)
        .child(el("summary").class("ico").attr("aria-label", label).child(icon(Icon::More)))
        .child(el("ul").class("pop").on("click", move |_| close(true)).child(lines))
        .into()
}
