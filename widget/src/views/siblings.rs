//! Which démarches of one form share the tables: a panel of the screen Champs.

use leptos::prelude::*;
use relais_engine::ds::DemarcheNumber;

use crate::{
    app::{App, Choice, Joining},
    memo::memo,
    selection::{Joined, Selection},
    text::{errors, siblings as words},
    ui::{Element, Note, Slot, Tone, View, button, el, label_of, link, slot},
};

/// The panel.
pub(super) fn panel(choice: Choice, selection: RwSignal<Selection>) -> Element {
    let joining = RwSignal::new(Joining::No);
    let head = slot();
    let summary = memo(move || selection.with(|selection| words::summary(selection.siblings.len())));
    let was_several = selection.with_untracked(|selection| !selection.siblings.is_empty());
    let joined = memo(move || selection.with(|selection| selection.siblings.clone()));
    let lines = move || View::list(joined.get().into_iter().map(|joined| line(selection, joining, head, joined)));
    el("details")
        .class("scope say")
        .child(el("summary").slot(head).child(el("b").child(words::TITLE)).child(el("span").class("meta").child(move || summary.get())))
        .child(el("p").class("hint say").child(words::HINT))
        .child(el("ul").class("rows say").attr("hidden", move || joined.with(Vec::is_empty)).child(lines))
        .child(was_several.then(|| el("p").class("hint").child(words::REMOVED_HINT)))
        .child(addition(choice, selection, joining))
        .child(el("p").class("say").attr("role", "status").child(move || said(&joining.get())))
        .child(move || refusal(choice.app(), joining.get()))
}

/// A démarche that shares the tables: how much of its form was recognised.
fn line(selection: RwSignal<Selection>, joining: RwSignal<Joining>, head: Slot, Joined { sibling, matched, unmatched }: Joined) -> Element {
    let number = sibling.number;
    let title = sibling.title.clone();
    let remove = move || {
        // The button goes with its line: what it stood under has the focus.
        if let Some(head) = head.get_value() {
            let _ = head.focus();
        }
        joining.set(Joining::Left(title.clone()));
        selection.update(|selection| selection.siblings.retain(|joined| joined.sibling.number != number));
    };
    let label = label_of(words::REMOVE, words::of(&sibling.title));
    let missing = (!unmatched.is_empty()).then(|| Note::new(Tone::Warning, words::unmatched(&unmatched)));
    el("li")
        .key(number.to_string())
        .child(el("p").child(el("b").child(words::named(number.get(), &sibling.title))))
        .child(matched.map(|matched| el("p").class("meta").child(words::matched(matched))))
        .child(missing)
        .child(el("p").child(link(label, remove)))
}

/// The choice of another one, among those of the team.
fn addition(choice: Choice, selection: RwSignal<Selection>, joining: RwSignal<Joining>) -> View {
    let app = choice.app();
    let wanted = RwSignal::new(None::<DemarcheNumber>);
    let others = memo(move || {
        let taken: Vec<DemarcheNumber> = selection.with(Selection::demarches);
        let listed = app.demarches.get();
        let listed = listed.ready().into_iter().flatten().filter(|listed| listed.error.is_none() && !taken.contains(&listed.number));
        listed.map(|listed| (listed.number, listed.title.clone().unwrap_or_default())).collect::<Vec<_>>()
    });
    let options = move || {
        let none = el("option").attr("value", "").child(words::ADD_NONE);
        let named = others
            .get()
            .into_iter()
            .map(|(number, title)| el("option").attr("value", number.to_string()).child(words::named(number.get(), title.trim())));
        View::list(std::iter::once(none).chain(named))
    };
    let add = move || {
        if let Some(number) = wanted.get_untracked() {
            wanted.set(None);
            choice.join(number, move |now| joining.set(now));
        }
    };
    let select = el("select")
        .id("autre-demarche")
        .attr("disabled", move || matches!(joining.get(), Joining::Reading))
        .prop("value", move || wanted.get().map(|number| number.to_string()).unwrap_or_default())
        .on("change", move |event| wanted.set(event_target_value(&event).parse().ok()))
        .child(options);
    let is_impossible = memo(move || wanted.get().is_none() || matches!(joining.get(), Joining::Reading));
    let choice = el("div")
        .class("field wide say")
        .attr("hidden", move || others.with(Vec::is_empty))
        .child(el("label").attr("for", "autre-demarche").child(words::ADD_LABEL))
        .child(el("div").class("inline").child(select).child(button("btn", words::ADD, add).attr("disabled", move || is_impossible.get())));
    let nothing = el("p").class("hint").attr("hidden", move || !others.with(Vec::is_empty)).child(words::NO_OTHER);
    View::from([choice.into(), nothing.into()])
}

/// What became of the last one that was added or removed, aloud.
fn said(joining: &Joining) -> String {
    match joining {
        Joining::Reading => words::READING.to_owned(),
        Joining::Joined(title) => words::joined(title),
        Joining::Left(title) => words::left(title),
        Joining::No | Joining::Stranger | Joining::Failed(..) => String::new(),
    }
}

/// Why the last one was not added.
fn refusal(app: App, joining: Joining) -> View {
    match joining {
        Joining::No | Joining::Reading | Joining::Joined(_) | Joining::Left(_) => View::NOTHING,
        Joining::Stranger => Note::new(Tone::Error, words::STRANGER).line(words::STRANGER_MORE).into(),
        Joining::Failed(number, error) => {
            let explained = errors::source(&error, Some(number), app.now());
            Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy).into()
        }
    }
}
