//! The small ones: buttons, ticks, fields, marks.

use std::borrow::Cow;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};

use super::{Element, Icon, Value, View, el, icon};

/// A button.
pub(crate) fn button(class: impl Into<Value>, label: impl Into<View>, action: impl Fn() + 'static) -> Element {
    el("button").class(class).attr("type", "button").on("click", move |_| action()).child(label)
}

/// A button that looks like a link.
pub(crate) fn link(label: impl Into<View>, action: impl Fn() + 'static) -> Element {
    button("lk", label, action)
}

/// A box to tick.
pub(crate) fn tick(is_ticked: impl Fn() -> bool + 'static, on_change: impl Fn(bool) + 'static) -> Element {
    el("input").attr("type", "checkbox").prop("checked", is_ticked).on("change", move |event| on_change(event_target_checked(&event)))
}

/// The tick of a section: all, some or none of its fields.
pub(crate) fn section_tick(label: String, is_all: Memo<bool>, is_some: Memo<bool>, on_toggle: impl Fn() + 'static) -> Element {
    tick(move || is_all.get(), move |_| on_toggle()).attr("aria-label", label).prop("indeterminate", move || is_some.get())
}

/// One of several, which exclude each other.
pub(crate) fn radio(name: &'static str, is_chosen: impl Fn() -> bool + 'static, on_choose: impl Fn() + 'static) -> Element {
    el("input").attr("type", "radio").attr("name", name).prop("checked", is_chosen).on("change", move |_| on_choose())
}

/// Choices under a legend.
pub(crate) fn choices(class: &'static str, legend: &'static str, choices: View) -> Element {
    el("fieldset").class(class).child(el("legend").class("vh").child(legend)).child(choices)
}

/// A field for a name.
pub(crate) fn text_field(label: String, name: Memo<String>, on_change: impl Fn(&str) + 'static) -> Element {
    el("input").attr("type", "text").attr("autocomplete", "off").attr("aria-label", label).prop("value", move || name.get()).on(
        "change",
        move |event| {
            on_change(&event_target_value(&event));
            // Nothing typed: the name comes back, though it did not change.
            event_target::<HtmlInputElement>(&event).set_value(&name.get_untracked());
        },
    )
}

/// A field that narrows a list as one types; its label is for screen readers, its hint says what is searched.
pub(crate) fn search(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: impl Fn() -> String + 'static,
    on_search: impl Fn(String) + 'static,
) -> Element {
    let input = el("input")
        .attr("type", "search")
        .id(id)
        .attr("placeholder", hint)
        .attr("autocomplete", "off")
        .prop("value", value)
        .on("input", move |event| on_search(event_target_value(&event)));
    el("div").class("search").child(el("label").class("vh").attr("for", id).child(label)).child(icon(Icon::Search)).child(input)
}

/// How something stands: a picture and what it says.
pub(crate) fn mark(class: &'static str, picture: Icon, text: impl Into<View>) -> Element {
    el("span").class(class).child(icon(picture)).child(el("span").child(text))
}

/// A part of a screen, by its title.
pub(crate) fn section(id: &'static str, title: impl Into<View>) -> Element {
    el("section").attr("aria-labelledby", id).child(el("h2").id(id).child(title))
}

/// A form, sent by its button or by the key Enter.
pub(crate) fn form(id: &'static str, on_send: impl Fn() + 'static) -> Element {
    el("form").id(id).on("submit", move |event| {
        event.prevent_default();
        on_send();
    })
}

/// The label of one of several like buttons: with what it acts upon, for those who hear it alone.
pub(crate) fn label_of(label: &'static str, of: String) -> View {
    View::from([label.into(), el("span").class("vh").child(of).into()])
}

/// What is typed in a field, by its id.
pub(crate) fn typed(id: &str) -> String {
    let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    input.map(|input| input.value()).unwrap_or_default()
}

/// Gives the focus to an element, by its id, or to another when there is none: once what was just changed is drawn.
pub(crate) fn focus(id: impl Into<Cow<'static, str>>, otherwise: &'static str) {
    let id = id.into();
    spawn_local(async move {
        TimeoutFuture::new(0).await;
        let element = document().get_element_by_id(&id).or_else(|| document().get_element_by_id(otherwise));
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
