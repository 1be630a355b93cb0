//! The tick of a section: all, some or none of its fields.

use leptos::prelude::*;

use super::view;

use crate::selection::Tick;

/// A box that can be half ticked.
#[component]
pub(crate) fn SectionTick(label: String, tick: Signal<Tick>, on_toggle: impl Fn() + 'static) -> impl IntoView {
    view! {
        <input
            type="checkbox"
            aria-label=label
            prop:checked=move || tick.get() == Tick::All
            prop:indeterminate=move || tick.get() == Tick::Some
            on:change=move |_| on_toggle()
        />
    }
}
