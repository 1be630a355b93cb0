//! A field and its column: tick, label and type, examples, column, its type, its state.

use leptos::prelude::*;
use relais_engine::{
    mapping::{Field, Line},
    words as names,
};
use wasm_bindgen::JsCast;

use super::fields::Board;
use crate::{
    memo::memo,
    selection::Place,
    text::fields as words,
    ui::{Element, Icon, View, button, el, icon, mark, text_field, tick},
};

/// A line of the screen Champs.
pub(super) fn field_line(board: Board, place: Place) -> View {
    let selection = board.selection;
    let takes_turns = selection.with_untracked(|selection| selection.line(place).is_some_and(|line| line.family.is_some()));
    if !takes_turns {
        return row(board, place);
    }
    // Another name, type and examples when fields share a column.
    let shown = memo(move || selection.with(|selection| selection.line(place).filter(|line| !line.is_folded).map(|line| line.label.clone())));
    View::from(move || shown.get().map(|_| row(board, place)))
}

fn row(board: Board, place: Place) -> View {
    let selection = board.selection;
    let Some((line, is_first, existing)) = selection.with_untracked(|selection| {
        let line = selection.line(place)?.clone();
        let previous = place.line.checked_sub(1).and_then(|before| selection.line(Place { line: before, ..place }));
        Some((line.clone(), line.is_first_part(previous), selection.existing_name(place).map(str::to_owned)))
    }) else {
        return View::NOTHING;
    };
    let is_chosen = memo(move || selection.with(|selection| selection.line(place).is_some_and(|line| line.is_chosen)));
    let is_shown = move || board.shown.with(|shown| shown.contains(&place));
    let id = format!("champ-{}-{}", place.section, place.line);
    let label = if is_first { line.label.clone() } else { line.part.clone().unwrap_or_default() };
    let column_label = words::column_for(&line.label, line.part.as_deref());
    let kind = names::column_type(&line.column_type).to_owned();
    let class = move || match (is_first, is_chosen.get()) {
        (true, true) => "on",
        (true, false) => "",
        (false, true) => "on part",
        (false, false) => "part",
    };
    let is_key = line.is_key;
    let is_existing = existing.is_some();
    let column = move || {
        is_chosen.get().then(|| match &existing {
            // An agent names it in Grist now.
            Some(name) => View::from([icon(Icon::Arrow), el("span").class("name").child(name.clone()).into()]),
            None => View::from([icon(Icon::Arrow), column_name(board, place, column_label.clone()).into()]),
        })
    };
    let state = move || is_chosen.get().then(|| state(board, place, is_key, is_existing));
    let box_to_tick = tick(move || is_chosen.get(), move |is_ticked| selection.update(|selection| selection.choose(place, is_ticked)))
        .id(id.clone())
        .attr("disabled", is_key);
    let head = el("th")
        .attr("role", "rowheader")
        .attr("scope", "row")
        .child(el("label").attr("for", id).child(label))
        .child(is_first.then(|| marks(board, place, &line)))
        .child(turns(board, place))
        .child(is_first.then(|| other_parts(board, place)));
    let cell = |class: &'static str, content: View| el("td").attr("role", "cell").class(class).child(content);
    el("tr")
        .attr("role", "row")
        .class(class)
        .attr("hidden", move || !is_shown())
        .child(cell("tick", box_to_tick.into()))
        .child(head)
        .child(cell("ex", line.samples.join(" · ").into()))
        .child(cell("into", column.into()))
        .child(cell("kind", View::from(move || is_chosen.get().then(|| kind.clone()))))
        .child(cell("state", state.into()))
        .into()
}

/// The way to the other lines of a field.
fn other_parts(board: Board, place: Place) -> View {
    let folded = memo(move || board.selection.with(|selection| selection.folded_parts(place)));
    View::from(move || {
        let count = folded.get();
        let unfold = move || board.selection.update(|selection| selection.unfold(place));
        (count > 0).then(|| button("lk meta", words::other_parts(count), unfold))
    })
}

/// What is said under a field's label.
fn marks(board: Board, place: Place, line: &Line) -> Element {
    let kind = match (&line.champ_type, &line.field) {
        (Some(champ_type), _) => Some(names::champ_type(champ_type).to_owned()),
        (None, Field::Dossier(_)) if line.is_key => Some(words::KEY_HINT.to_owned()),
        _ => None,
    };
    let part = line.part.clone().map(|part| {
        let has_parts = memo(move || board.selection.with(|selection| selection.has_shown_parts(place)));
        move || has_parts.get().then(|| el("span").child(part.clone()))
    });
    let personal =
        line.is_personal.then(|| el("span").class("tag").attr("title", words::PERSONAL_HINT).child(icon(Icon::Person)).child(words::PERSONAL));
    el("span")
        .class("meta")
        .child(kind.map(|kind| el("span").child(kind)))
        .child(part)
        .child(line.is_required.then(|| el("span").child(words::REQUIRED)))
        .child(personal)
}

/// Fields that take turns: what they are, and whether they share their columns.
fn turns(board: Board, place: Place) -> Option<Element> {
    let selection = board.selection;
    let (is_joined, size, what) = selection.with_untracked(|selection| {
        let family = selection.family(place)?;
        Some((family.is_joined, family.size, words::turns(family)))
    })?;
    let label = if is_joined { words::part(size) } else { words::join(size) };
    let id = format!("tour-{}-{}", place.section, place.line);
    let own = id.clone();
    let change = move || {
        selection.update(|selection| selection.take_turns(place, !is_joined));
        // The line is drawn anew: the button that takes the place of this one has the focus.
        let id = own.clone();
        request_animation_frame(move || {
            let button = document().get_element_by_id(&id).and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(button) = button {
                let _ = button.focus();
            }
        });
    };
    Some(el("span").class("meta").child(el("span").child(what)).child(button("lk meta", label, change).id(id)))
}

/// The name of a column to make.
fn column_name(board: Board, place: Place, label: String) -> Element {
    let selection = board.selection;
    let name = memo(move || selection.with(|selection| selection.line(place).map(|line| line.column_name.clone()).unwrap_or_default()));
    let is_namesake = move || board.namesakes.with(|namesakes| namesakes.contains(&place));
    text_field(label, name, move |typed| selection.update(|selection| selection.rename(place, typed)))
        .attr("aria-invalid", move || is_namesake().then_some("true"))
}

fn state(board: Board, place: Place, is_key: bool, is_existing: bool) -> View {
    let is_namesake = memo(move || board.namesakes.with(|namesakes| namesakes.contains(&place)));
    View::from(move || {
        let (class, picture, text) = if is_namesake.get() {
            ("st warn", Icon::Warning, words::NAMESAKE)
        } else if is_key {
            ("st off", Icon::Lock, words::KEY)
        } else if is_existing {
            ("st off", Icon::Check, words::EXISTING)
        } else {
            ("st off", Icon::Plus, words::NEW)
        };
        mark(class, picture, text)
    })
}
