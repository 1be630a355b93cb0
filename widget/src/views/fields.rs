//! Step 2: which fields, into which columns.

use std::collections::BTreeSet;

use leptos::prelude::*;
use relais_engine::mapping::{Preset, TableKey};

use super::field_line::FieldLine;
use crate::{
    app::App,
    selection::{Filter, Place, Selection},
    text::{self, errors, fields as words},
    ui::{Header, Note, Search, SectionTick, Shell, Tone, view},
};

/// What the lines of a screen share, reckoned once a change.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub(super) selection: RwSignal<Selection>,
    pub(super) shown: Memo<BTreeSet<Place>>,
    pub(super) namesakes: Memo<BTreeSet<Place>>,
}

/// The screen Champs.
#[component]
pub(super) fn FieldsScreen() -> impl IntoView {
    let app = App::current();
    move || match app.selection.get() {
        Some(selection) => chosen(app, selection.into()).into_any(),
        None => waiting(app).into_any(),
    }
}

/// While the form of a connexion is read again, or when it cannot be.
fn waiting(app: App) -> impl IntoView {
    let error = move || {
        let error = app.choice_error.get()?;
        let number = app.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.number));
        let explained = errors::source(&error, number, app.now());
        Some(view! { <Note tone=Tone::Error headline=explained.what lines=vec![errors::INTACT.to_owned(), explained.remedy] /> })
    };
    view! {
        <Shell header=Header::Steps(2) title=words::EDIT_TITLE.to_owned()>
            {error}
            <p class="say" role="status" hidden=move || app.choice_error.get().is_some()>
                {text::LOADING}
            </p>
        </Shell>
    }
}

fn chosen(app: App, selection: RwSignal<Selection>) -> impl IntoView {
    let board = Board {
        selection,
        shown: Memo::new(move |_| selection.with(Selection::shown)),
        namesakes: Memo::new(move |_| selection.with(Selection::namesakes)),
    };
    let is_new = selection.with_untracked(|selection| selection.connexion.is_none());
    let (title, button) = if is_new { (words::TITLE, words::IMPORT_NOW) } else { (words::EDIT_TITLE, words::SAVE) };
    let (name, sections) = selection.with_untracked(|selection| (selection.proposal().title.clone(), selection.proposal().sections.len()));
    let count = selection.with_untracked(|selection| selection.count(Filter::All));
    let summary = Memo::new(move |_| selection.with(|selection| words::summary(&selection.summary())));
    let is_bare = RwSignal::new(false);
    let import = move |_| {
        let has_nothing = selection.with_untracked(|selection| selection.preset() == Some(Preset::Nothing));
        is_bare.set(has_nothing);
        if !has_nothing {
            app.import();
        }
    };
    let actions = move || {
        view! {
            <button class="btn primary" type="button" on:click=import>
                {button}
            </button>
        }
    };
    let is_empty = Memo::new(move |_| board.shown.with(BTreeSet::is_empty));
    let show_all = move |_| {
        selection.update(|selection| {
            selection.set_filter(Filter::All);
            selection.set_search("");
        });
    };
    view! {
        <Shell header=Header::Steps(2) title=title.to_owned() summary actions>
            <p class="sub">{name} ". " {words::form(count)}</p>
            {move || is_bare.get().then(|| view! { <Note tone=Tone::Error headline=words::CHOOSE_FIRST /> })}
            {facts(app, selection)}
            {super::scope::panel(app, selection)}
            {(!is_new).then(|| view! { <p class="hint say">{words::REMOVED_HINT}</p> })}
            {tools(selection)}
            <div class="cols" aria-hidden="true">
                {words::HEADS.into_iter().map(|head| view! { <span>{head}</span> }).collect_view()}
            </div>
            <div class="form-part">
                {(0..sections).map(|section| view! { <FieldSection board section /> }).collect_view()}
            </div>
            <p class="say" role="status" hidden=move || !is_empty.get()>
                {words::NO_MATCH} " "
                <button class="lk" type="button" on:click=show_all>
                    {words::SHOW_ALL}
                </button>
            </p>
        </Shell>
    }
}

/// Which dossiers, which table, where to start from.
fn facts(app: App, selection: RwSignal<Selection>) -> impl IntoView {
    let number = selection.with_untracked(|selection| selection.proposal().demarche);
    let is_filter = Memo::new(move |_| selection.with(|selection| selection.scope.is_filter()));
    let dossiers = move || {
        if is_filter.get() {
            return text::scope::SOME_DOSSIERS.to_owned();
        }
        let count = app.demarches.with(|listed| listed.ready()?.iter().find(|listed| listed.number == number)?.dossiers_count);
        words::all_dossiers(count)
    };
    let is_existing = selection.with_untracked(|selection| selection.is_existing_table(&TableKey::Dossiers));
    let table = if is_existing {
        let name = selection.with_untracked(|selection| selection.table_name(&TableKey::Dossiers).to_owned());
        view! { <span class="sep"><span>{text::quoted(&name)}</span><span>{words::TABLE_EXISTING}</span></span> }
    } else {
        table_name(selection, TableKey::Dossiers, words::TABLE_NAME.to_owned()).into_any()
    };
    let preset = Memo::new(move |_| selection.with(Selection::preset));
    let choice = move |(value, label): (Preset, &'static str)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="depart"
                    prop:checked=move || preset.get() == Some(value)
                    on:change=move |_| selection.update(|selection| selection.apply(value))
                />
                {label}
            </label>
        }
    };
    view! {
        <dl class="facts say">
            <dt>{words::DOSSIERS}</dt>
            <dd>{dossiers}</dd>
            <dt>{words::TABLE}</dt>
            <dd>{table}</dd>
            <dt>{words::OTHER_TABLES}</dt>
            <dd>{other_tables(selection)}</dd>
            <dt>{words::START}</dt>
            <dd>
                <fieldset class="seg">
                    <legend class="vh">{words::PRESETS}</legend>
                    {words::PRESET_LIST.into_iter().map(choice).collect_view()}
                </fieldset>
            </dd>
        </dl>
    }
}

/// Tables that are made on choice: avis, messages…
fn other_tables(selection: RwSignal<Selection>) -> impl IntoView {
    let tables: Vec<(usize, String)> =
        selection.with_untracked(|selection| selection.tables_on_choice().map(|(index, section)| (index, section.title.clone())).collect());
    let choice = move |(section, title): (usize, String)| {
        let is_wanted = Memo::new(move |_| selection.with(|selection| selection.is_wanted(section)));
        view! {
            <label>
                <input
                    type="checkbox"
                    prop:checked=move || is_wanted.get()
                    on:change=move |event| {
                        let is_ticked = event_target_checked(&event);
                        selection.update(|selection| selection.want(section, is_ticked));
                    }
                />
                {title}
            </label>
        }
    };
    view! {
        <fieldset class="ticks">
            <legend class="vh">{words::OTHER_TABLES_HINT}</legend>
            {tables.into_iter().map(choice).collect_view()}
        </fieldset>
    }
}

/// A field for the name of a table that is to be made.
fn table_name(selection: RwSignal<Selection>, key: TableKey, label: String) -> impl IntoView {
    let shown = {
        let key = key.clone();
        Memo::new(move |_| selection.with(|selection| selection.table_name(&key).to_owned()))
    };
    view! {
        <input
            class="table-name"
            type="text"
            autocomplete="off"
            aria-label=label
            prop:value=move || shown.get()
            on:change=move |event| {
                selection.update(|selection| selection.rename_table(&key, &event_target_value(&event)));
                // Nothing typed: the name comes back, though it did not change.
                event_target::<web_sys::HtmlInputElement>(&event).set_value(&shown.get_untracked());
            }
        />
    }
}

/// Search and filters.
fn tools(selection: RwSignal<Selection>) -> impl IntoView {
    let search = Memo::new(move |_| selection.with(|selection| selection.search().to_owned()));
    let filter = Memo::new(move |_| selection.with(Selection::filter));
    let choice = move |value: Filter| {
        let count = Memo::new(move |_| selection.with(|selection| selection.count(value)));
        view! {
            <label>
                <input
                    type="radio"
                    name="filtre"
                    prop:checked=move || filter.get() == value
                    on:change=move |_| selection.update(|selection| selection.set_filter(value))
                />
                {words::filter(value)}
                <span class="num">{move || relais_engine::words::figure(count.get())}</span>
            </label>
        }
    };
    view! {
        <div class="tools say">
            <Search
                id="chercher-champ"
                label=words::SEARCH
                hint=words::SEARCH_HINT
                value=search.into()
                on_search=move |text| selection.update(|selection| selection.set_search(&text))
            />
            <fieldset class="seg">
                <legend class="vh">{words::FILTERS}</legend>
                {Filter::ALL.into_iter().map(choice).collect_view()}
            </fieldset>
        </div>
    }
}

/// A section of the form. Its lines are drawn when it is first opened.
#[component]
fn FieldSection(board: Board, section: usize) -> impl IntoView {
    let selection = board.selection;
    let Some((title, table, count)) = selection.with_untracked(|selection| {
        let found = selection.proposal().sections.get(section)?;
        let table = selection.own_table(section).cloned();
        Some((found.title.clone(), table, found.lines.len()))
    }) else {
        return ().into_any();
    };
    let is_shown = Memo::new(move |_| board.shown.with(|shown| shown.iter().any(|place| place.section == section)));
    let is_open = Memo::new(move |_| selection.with(|selection| selection.is_open(section)));
    let was_open = Memo::new(move |was: Option<&bool>| was.copied().unwrap_or_default() || (is_open.get() && is_shown.get()));
    let tick = Memo::new(move |_| selection.with(|selection| selection.tick(section)));
    let chosen = Memo::new(move |_| selection.with(|selection| selection.chosen_in(section)));
    let on_toggle = move |event: web_sys::Event| {
        let is_now_open = event_target::<web_sys::HtmlDetailsElement>(&event).open();
        // Also fires when we open it ourselves.
        if selection.with_untracked(|selection| selection.is_open(section)) != is_now_open {
            selection.update(|selection| selection.set_open(section, is_now_open));
        }
    };
    let caption = title.clone();
    let own_table = table.map(|key| {
        let is_existing = selection.with_untracked(|selection| selection.is_existing_table(&key));
        let name = if is_existing {
            let name = selection.with_untracked(|selection| selection.table_name(&key).to_owned());
            text::quoted(&name).into_any()
        } else {
            table_name(selection, key, words::own_table_name(&title)).into_any()
        };
        view! { <p class="like meta">{words::OWN_TABLE} " " {name}</p> }
    });
    let own_table = StoredValue::new_local(Some(own_table));
    let lines = move || {
        was_open.get().then(|| {
            let own_table = own_table.try_update_value(Option::take).flatten();
            view! {
                {own_table}
                <table role="table" class="fields">
                    <caption class="vh">{caption.clone()}</caption>
                    <thead role="rowgroup" class="vh">
                        <tr role="row">
                            <th role="columnheader" scope="col">
                                {words::IMPORT}
                            </th>
                            {words::HEADS
                                .into_iter()
                                .map(|head| {
                                    view! {
                                        <th role="columnheader" scope="col">
                                            {head}
                                        </th>
                                    }
                                })
                                .collect_view()}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {(0..count).map(|line| view! { <FieldLine board place=Place { section, line } /> }).collect_view()}
                    </tbody>
                </table>
            }
        })
    };
    view! {
        <div class="sect" hidden=move || !is_shown.get()>
            <SectionTick
                label=words::choose_all(&title)
                tick=tick.into()
                on_toggle=move || selection.update(|selection| selection.tick_section(section))
            />
            <details prop:open=move || is_open.get() on:toggle=on_toggle>
                <summary>
                    <h2>{title.clone()}</h2>
                    <span class="count num">
                        <b>{move || relais_engine::words::figure(chosen.get().0)}</b>
                        " "
                        {move || words::of(chosen.get().1)}
                    </span>
                </summary>
                {lines}
            </details>
        </div>
    }
}
