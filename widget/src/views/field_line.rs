//! A field and its column: tick, label and type, examples, column, its type, its state.

use leptos::prelude::*;
use relais_engine::{
    mapping::{Field, Line},
    words as names,
};
use wasm_bindgen::JsCast;

use super::fields::Board;
use crate::{
    selection::Place,
    text::fields as words,
    ui::{Icon, icon, view},
};

/// A line of the screen Champs.
#[component]
pub(super) fn FieldLine(board: Board, place: Place) -> impl IntoView {
    let selection = board.selection;
    let takes_turns = selection.with_untracked(|selection| selection.line(place).is_some_and(|line| line.family.is_some()));
    if !takes_turns {
        return row(board, place);
    }
    // Another name, type and examples when fields share a column.
    let shown = Memo::new(move |_| selection.with(|selection| selection.line(place).filter(|line| !line.is_folded).map(|line| line.label.clone())));
    (move || shown.get().map(|_| row(board, place))).into_any()
}

fn row(board: Board, place: Place) -> AnyView {
    let selection = board.selection;
    let Some((line, is_first, existing)) = selection.with_untracked(|selection| {
        let line = selection.line(place)?.clone();
        let previous = place.line.checked_sub(1).and_then(|before| selection.line(Place { line: before, ..place }));
        Some((line.clone(), line.is_first_part(previous), selection.existing_name(place).map(str::to_owned)))
    }) else {
        return ().into_any();
    };
    let is_chosen = Memo::new(move |_| selection.with(|selection| selection.line(place).is_some_and(|line| line.is_chosen)));
    let is_shown = move || board.shown.with(|shown| shown.contains(&place));
    let folded = Memo::new(move |_| if is_first { selection.with(|selection| selection.folded_parts(place)) } else { 0 });
    let id = format!("champ-{}-{}", place.section, place.line);
    let label = if is_first { line.label.clone() } else { line.part.clone().unwrap_or_default() };
    let column_label = words::column_for(&line.label, line.part.as_deref());
    let examples = line.samples.join(" · ");
    let kind = names::column_type(&line.column_type).to_owned();
    let class = move || match (is_first, is_chosen.get()) {
        (true, true) => "on",
        (true, false) => "",
        (false, true) => "on part",
        (false, false) => "part",
    };
    let is_key = line.is_key;
    let column = move || {
        is_chosen.get().then(|| match &existing {
            // An agent names it in Grist now.
            Some(name) => view! { {icon(Icon::Arrow)} <span class="name">{name.clone()}</span> },
            None => view! { {icon(Icon::Arrow)} <ColumnName board place label=column_label.clone() /> },
        })
    };
    let is_existing = selection.with_untracked(|selection| selection.existing_name(place).is_some());
    let state = move || is_chosen.get().then(|| state(board, place, is_key, is_existing));
    view! {
        <tr role="row" class=class hidden=move || !is_shown()>
            <td role="cell" class="tick">
                <input
                    type="checkbox"
                    id=id.clone()
                    disabled=is_key
                    prop:checked=move || is_chosen.get()
                    on:change=move |event| {
                        let is_ticked = event_target_checked(&event);
                        selection.update(|selection| selection.choose(place, is_ticked));
                    }
                />
            </td>
            <th role="rowheader" scope="row">
                <label for=id>{label}</label>
                {is_first.then(|| marks(board, place, &line))}
                {turns(board, place)}
                {move || {
                    let count = folded.get();
                    (count > 0)
                        .then(|| {
                            view! {
                                <button
                                    class="lk meta"
                                    type="button"
                                    on:click=move |_| selection.update(|selection| selection.unfold(place))
                                >
                                    {words::other_parts(count)}
                                </button>
                            }
                        })
                }}
            </th>
            <td role="cell" class="ex">
                {examples}
            </td>
            <td role="cell" class="into">
                {column}
            </td>
            <td role="cell" class="kind">
                {move || is_chosen.get().then(|| kind.clone())}
            </td>
            <td role="cell" class="state">
                {state}
            </td>
        </tr>
    }
}

/// What is said under a field's label.
fn marks(board: Board, place: Place, line: &Line) -> impl IntoView + use<> {
    let kind = match (&line.champ_type, &line.field) {
        (Some(champ_type), _) => Some(names::champ_type(champ_type).to_owned()),
        (None, Field::Dossier(_)) if line.is_key => Some(words::KEY_HINT.to_owned()),
        _ => None,
    };
    let part = line.part.clone();
    let has_parts = Memo::new(move |_| board.selection.with(|selection| selection.has_shown_parts(place)));
    let part = move || part.clone().filter(|_| has_parts.get()).map(|part| view! { <span>{part}</span> });
    let is_required = line.is_required;
    let personal = line.is_personal.then(|| {
        view! {
            <span class="tag" title=words::PERSONAL_HINT>
                {icon(Icon::Person)}
                {words::PERSONAL}
            </span>
        }
    });
    view! {
        <span class="meta">
            {kind.map(|kind| view! { <span>{kind}</span> })}
            {part}
            {is_required.then(|| view! { <span>{words::REQUIRED}</span> })}
            {personal}
        </span>
    }
}

/// Fields that take turns: what they are, and whether they share their columns.
fn turns(board: Board, place: Place) -> Option<impl IntoView> {
    let selection = board.selection;
    let (is_joined, size, what) = selection.with_untracked(|selection| {
        let family = selection.family(place)?;
        Some((family.is_joined, family.size, words::turns(family)))
    })?;
    let button = if is_joined { words::part(size) } else { words::join(size) };
    let id = format!("tour-{}-{}", place.section, place.line);
    let own = id.clone();
    let on_click = move |_| {
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
    Some(view! {
        <span class="meta">
            <span>{what}</span>
            <button class="lk meta" type="button" id=id on:click=on_click>
                {button}
            </button>
        </span>
    })
}

/// The name of a column to make.
#[component]
fn ColumnName(board: Board, place: Place, label: String) -> impl IntoView {
    let selection = board.selection;
    let name = Memo::new(move |_| selection.with(|selection| selection.line(place).map(|line| line.column_name.clone()).unwrap_or_default()));
    let is_namesake = move || board.namesakes.with(|namesakes| namesakes.contains(&place));
    view! {
        <input
            type="text"
            autocomplete="off"
            aria-label=label
            aria-invalid=move || is_namesake().then_some("true")
            prop:value=move || name.get()
            on:change=move |event| {
                selection.update(|selection| selection.rename(place, &event_target_value(&event)));
                // Nothing typed: the proposed name comes back, though it did not change.
                event_target::<web_sys::HtmlInputElement>(&event).set_value(&name.get_untracked());
            }
        />
    }
}

fn state(board: Board, place: Place, is_key: bool, is_existing: bool) -> impl IntoView {
    let standing = Memo::new(move |_| {
        if board.namesakes.with(|namesakes| namesakes.contains(&place)) {
            ("st warn", Icon::Warning, words::NAMESAKE)
        } else if is_key {
            ("st off", Icon::Lock, words::KEY)
        } else if is_existing {
            ("st off", Icon::Check, words::EXISTING)
        } else {
            ("st off", Icon::Plus, words::NEW)
        }
    });
    move || {
        let (class, picture, text) = standing.get();
        view! { <span class=class>{icon(picture)} <span>{text}</span></span> }
    }
}
