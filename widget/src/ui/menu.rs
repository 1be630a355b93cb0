//! A menu: opens on its button, closes on Escape and when it is left, and gives the focus back.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent, Node};

use super::{Icon, icon, view};

/// A menu of actions, children being its lines.
#[component]
pub(crate) fn Menu(label: String, children: Children) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    // None once an action has led to another screen: the menu that leaves the page still loses the focus.
    let present = move || details.try_get_untracked().flatten();
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
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close(true);
        }
    };
    let on_leave = move |event: FocusEvent| {
        let into = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        let stays = present().zip(into).is_some_and(|(details, into)| details.contains(Some(&into)));
        if !stays {
            close(false);
        }
    };
    view! {
        <details class="menu" node_ref=details on:keydown=on_key on:focusout=on_leave>
            <summary class="ico" aria-label=label>
                {icon(Icon::More)}
            </summary>
            <ul class="pop" on:click=move |_| close(true)>
                {children()}
            </ul>
        </details>
    }
}
