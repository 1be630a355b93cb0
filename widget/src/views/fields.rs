//! Step 2: which fields, into which columns.

use leptos::prelude::*;
use relais_engine::{
    mapping::{Preset, TableKey},
    sorted::SortedSet,
    words::figure,
};
use web_sys::{Event, HtmlDetailsElement};

use super::field_line::field_line;
use crate::{
    app::{App, Choice, REFUSED},
    memo::memo,
    selection::{Filter, Place, Selection, Tick},
    text::{self, errors, fields as words},
    ui::{Element, Header, Note, Shell, Tone, View, button, choices, el, focus, link, radio, search, section_tick, text_field, tick},
};

/// What the lines of a screen share, reckoned once a change.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub(super) selection: RwSignal<Selection>,
    pub(super) shown: Memo<SortedSet<Place>>,
    pub(super) namesakes: Memo<SortedSet<Place>>,
}

/// The screen Champs.
pub(super) fn fields_screen() -> View {
    let choice = Choice::current();
    View::from(move || match choice.selection.get() {
        Some(selection) => chosen(choice, selection.into()),
        None => waiting(choice),
    })
}

/// While the form of a connexion is read again, or when it cannot be.
fn waiting(choice: Choice) -> View {
    let error = move || {
        let error = choice.error.get()?;
        let number = choice.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.number));
        let explained = errors::source(&error, number, choice.app().now());
        Some(Note::new(Tone::Error, explained.what).line(errors::INTACT).line(explained.remedy))
    };
    let loading = el("p").class("say").attr("role", "status").attr("hidden", move || choice.error.get().is_some()).child(text::LOADING);
    Shell::new(Header::Steps(2), || words::EDIT_TITLE.to_owned()).child(error).child(loading).into()
}

fn chosen(choice: Choice, selection: RwSignal<Selection>) -> View {
    let app = choice.app();
    let board =
        Board { selection, shown: memo(move || selection.with(Selection::shown)), namesakes: memo(move || selection.with(Selection::namesakes)) };
    let is_new = selection.with_untracked(|selection| selection.connexion.is_none());
    let (title, label) = if is_new { (words::TITLE, words::IMPORT_NOW) } else { (words::EDIT_TITLE, words::SAVE) };
    let (name, sections) = selection.with_untracked(|selection| (selection.proposal().title.clone(), selection.proposal().sections.len()));
    let count = selection.with_untracked(|selection| selection.count(Filter::All));
    let summary = memo(move || selection.with(|selection| words::summary(&selection.summary())));
    let is_bare = RwSignal::new(false);
    let is_nothing = memo(move || selection.with(|selection| selection.preset() == Some(Preset::Nothing)));
    let import = move || {
        let has_nothing = selection.with_untracked(|selection| selection.preset() == Some(Preset::Nothing));
        is_bare.set(has_nothing);
        if has_nothing {
            focus(REFUSED, "");
        }
        if !has_nothing {
            choice.import();
        }
    };
    let refusal = move || {
        let is_bare = (is_bare.get() && is_nothing.get()).then(|| Note::new(Tone::Error, words::CHOOSE_FIRST));
        let denied = choice.denied.get().as_ref().map(errors::document);
        is_bare.or_else(|| denied.map(|explained| Note::new(Tone::Error, explained.what).line(explained.remedy)))
    };
    let is_empty = memo(move || board.shown.with(SortedSet::is_empty));
    let show_all = move || {
        selection.update(|selection| {
            selection.set_filter(Filter::All);
            selection.set_search("");
        });
    };
    let heads = words::HEADS.map(|head| el("span").child(head));
    let parts = (0..sections).map(|section| field_section(board, section));
    let nothing = el("p")
        .class("say")
        .attr("role", "status")
        .attr("hidden", move || !is_empty.get())
        .child(words::NO_MATCH)
        .child(" ")
        .child(link(words::SHOW_ALL, show_all));
    Shell::new(Header::Steps(2), move || title.to_owned())
        .summary(move || summary.get())
        .actions(button("btn primary", move || if choice.is_saving.get() { words::SAVING } else { label }, import))
        .child(el("p").class("sub").child(name).child(". ").child(words::form(count)))
        .child(el("div").id(REFUSED).attr("tabindex", "-1").child(refusal))
        .child(facts(app, selection))
        .child(super::scope::panel(choice, selection))
        .child(super::siblings::panel(choice, selection))
        .child((!is_new).then(|| el("p").class("hint say").child(words::REMOVED_HINT)))
        .child(tools(selection))
        .child(el("div").class("cols").attr("aria-hidden", "true").child(View::list(heads)))
        .child(el("div").class("form-part").child(View::list(parts)))
        .child(nothing)
        .into()
}

/// Which dossiers, which table, where to start from.
fn facts(app: App, selection: RwSignal<Selection>) -> Element {
    let number = selection.with_untracked(|selection| selection.proposal().demarche);
    let is_filter = memo(move || selection.with(|selection| selection.scope.is_filter()));
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
        el("span").class("sep").child(el("span").child(text::quoted(&name))).child(el("span").child(words::TABLE_EXISTING))
    } else {
        table_name(selection, TableKey::Dossiers, words::TABLE_NAME.to_owned())
    };
    let presets = words::PRESET_LIST.map(|(value, label)| {
        let is_so = memo(move || selection.with(|selection| selection.preset() == Some(value)));
        let apply = move || selection.update(|selection| selection.apply(value));
        el("label").child(radio("depart", move || is_so.get(), apply)).child(label)
    });
    let fact = |term: &'static str, fact: View| View::from([el("dt").child(term).into(), el("dd").child(fact).into()]);
    el("dl")
        .class("facts say")
        .child(fact(words::DOSSIERS, dossiers.into()))
        .child(fact(words::TABLE, table.into()))
        .child(fact(words::OTHER_TABLES, other_tables(selection).into()))
        .child(fact(words::START, choices("seg", words::PRESETS, View::list(presets)).into()))
}

/// Tables that are made on choice: avis, messages…
fn other_tables(selection: RwSignal<Selection>) -> Element {
    let tables: Vec<(usize, String)> =
        selection.with_untracked(|selection| selection.tables_on_choice().map(|(index, section)| (index, section.title.clone())).collect());
    let tables = tables.into_iter().map(|(section, title)| {
        let is_wanted = memo(move || selection.with(|selection| selection.is_wanted(section)));
        let want = move |is_ticked| selection.update(|selection| selection.want(section, is_ticked));
        el("label").child(tick(move || is_wanted.get(), want)).child(title)
    });
    choices("ticks", words::OTHER_TABLES_HINT, View::list(tables))
}

/// A field for the name of a table that is to be made.
fn table_name(selection: RwSignal<Selection>, key: TableKey, label: String) -> Element {
    let shown = {
        let key = key.clone();
        memo(move || selection.with(|selection| selection.table_name(&key).to_owned()))
    };
    text_field(label, shown, move |typed| selection.update(|selection| selection.rename_table(&key, typed))).class("table-name")
}

/// Search and filters.
fn tools(selection: RwSignal<Selection>) -> Element {
    let searched = memo(move || selection.with(|selection| selection.search().to_owned()));
    let filters = Filter::ALL.map(|value| {
        let is_set = memo(move || selection.with(|selection| selection.filter() == value));
        let count = memo(move || selection.with(|selection| selection.count(value)));
        let set = move || selection.update(|selection| selection.set_filter(value));
        el("label")
            .child(radio("filtre", move || is_set.get(), set))
            .child(words::filter(value))
            .child(el("span").class("num").child(move || figure(count.get())))
    });
    let search_for = move |text: String| selection.update(|selection| selection.set_search(&text));
    el("div")
        .class("tools say")
        .child(search("chercher-champ", words::SEARCH, words::SEARCH_HINT, move || searched.get(), search_for))
        .child(choices("seg", words::FILTERS, View::list(filters)))
}

/// A section of the form. Its lines are drawn when it is first opened.
fn field_section(board: Board, section: usize) -> View {
    let selection = board.selection;
    let Some((title, table, count)) = selection.with_untracked(|selection| {
        let found = selection.proposal().sections.get(section)?;
        let table = selection.own_table(section).cloned();
        Some((found.title.clone(), table, found.lines.len()))
    }) else {
        return View::NOTHING;
    };
    let is_shown = memo(move || board.shown.with(|shown| shown.iter().any(|place| place.section == section)));
    let is_open = memo(move || selection.with(|selection| selection.is_open(section)));
    let was_open = Memo::new(move |was: Option<&bool>| was.copied().unwrap_or_default() || (is_open.get() && is_shown.get()));
    let is_tick = move |tick: Tick| memo(move || selection.with(|selection| selection.tick(section) == tick));
    let chosen = memo(move || selection.with(|selection| selection.chosen_in(section).0));
    let offered = memo(move || selection.with(|selection| selection.chosen_in(section).1));
    let on_toggle = move |event: Event| {
        let is_now_open = event_target::<HtmlDetailsElement>(&event).open();
        // Also fires when we open it ourselves.
        if selection.with_untracked(|selection| selection.is_open(section)) != is_now_open {
            selection.update(|selection| selection.set_open(section, is_now_open));
        }
    };
    let caption = title.clone();
    let table_label = words::own_table_name(&title);
    let lines = move || {
        was_open.get().then(|| {
            let own_table = table.clone().map(|key| own_table(selection, key, table_label.clone()));
            let heads = std::iter::once(words::IMPORT).chain(words::HEADS);
            let heads = heads.map(|head| el("th").attr("role", "columnheader").attr("scope", "col").child(head));
            let head = el("thead").attr("role", "rowgroup").class("vh").child(el("tr").attr("role", "row").child(View::list(heads)));
            let rows = (0..count).map(|line| field_line(board, Place { section, line }));
            let table = el("table")
                .attr("role", "table")
                .class("fields")
                .child(el("caption").class("vh").child(caption.clone()))
                .child(head)
                .child(el("tbody").attr("role", "rowgroup").child(View::list(rows)));
            View::from([own_table.into(), table.into()])
        })
    };
    let toggle = move || selection.update(|selection| selection.tick_section(section));
    let counts = el("span").class("count num").child(el("b").child(move || figure(chosen.get()))).child(" ").child(move || words::of(offered.get()));
    let details = el("details")
        .prop("open", move || is_open.get())
        .on("toggle", on_toggle)
        .child(el("summary").child(el("h2").child(title.clone())).child(counts))
        .child(lines);
    el("div")
        .class("sect")
        .attr("hidden", move || !is_shown.get())
        .child(section_tick(words::choose_all(&title), is_tick(Tick::All), is_tick(Tick::Some), toggle))
        .child(details)
        .into()
}

/// The table that the rows of a section get.
fn own_table(selection: RwSignal<Selection>, key: TableKey, label: String) -> Element {
    let is_existing = selection.with_untracked(|selection| selection.is_existing_table(&key));
    let name: View = if is_existing {
        selection.with_untracked(|selection| text::quoted(selection.table_name(&key))).into()
    } else {
        table_name(selection, key, label).into()
    };
    el("p").class("like meta").child(words::OWN_TABLE).child(" ").child(name)
}
