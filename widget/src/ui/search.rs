//! A field that narrows a list as one types.

use leptos::prelude::*;

use super::{Icon, icon, view};

/// A search field; its label is for screen readers, its hint says what is searched.
#[component]
pub(crate) fn Search(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: Signal<String>,
    on_search: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <div class="search">
            <label class="vh" for=id>
                {label}
            </label>
            {icon(Icon::Search)}
            <input
                type="search"
                id=id
                placeholder=hint
                autocomplete="off"
                prop:value=move || value.get()
                on:input=move |event| on_search(event_target_value(&event))
            />
        </div>
    }
}
