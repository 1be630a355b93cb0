//! Accueil: the démarches connected to this document.

use leptos::prelude::*;

use super::{
    home_row::home_row,
    troubles::{is_connected, no_list, refused, token_due},
};
use crate::{
    app::App,
    memo::memo,
    page::Page,
    standing::Access,
    text::{errors, home, states},
    ui::{Header, Icon, Note, Shell, Tone, View, button, el, icon, link, mark, section},
};

/// The home screen.
pub(super) fn home_screen() -> View {
    let app = App::current();
    let is_read_only = app.access.get_untracked() == Access::ReadOnly;
    let count = memo(move || app.loaded.with(|loaded| loaded.connexions.len()));
    let is_empty = memo(move || app.loaded.with(|loaded| loaded.connexions.is_empty() && loaded.unreadable.is_empty()));
    let title = move || if is_empty.get() { home::EMPTY_TITLE } else { home::TITLE }.to_owned();
    let actions = move || {
        if is_read_only {
            View::NOTHING
        } else if is_empty.get() {
            View::list([
                button("btn", home::FROM_TEMPLATE, || Page::Templates.enter()),
                button("btn primary", home::CONNECT, || Page::Connect.enter()),
            ])
        } else if count.get() > 1 && !app.is_running() {
            button("btn primary", home::SYNCHRONISE_ALL, move || app.synchronise_all()).into()
        } else {
            View::NOTHING
        }
    };
    Shell::new(Header::Areas, title)
        .actions(actions)
        .child(is_read_only.then(|| Note::new(Tone::Information, states::VIEWER).line(states::VIEWER_HELP)))
        .child(move || no_list(app, errors::INTACT))
        .child(move || refused(app))
        .child(move || token_due(app, |number| is_connected(app, number)))
        .child(move || if is_empty.get() { empty(app) } else { list(app, is_read_only) })
        .into()
}

fn empty(app: App) -> View {
    let first = move || home::next_demarche(app.demarches.with(|demarches| demarches.ready().map(Vec::len)));
    let next = el("ol").class("how").child(el("li").child(first)).child(el("li").child(home::NEXT_FIELDS)).child(el("li").child(home::NEXT_RUN));
    View::from([el("p").class("lead").child(home::EMPTY_LEAD).into(), section("suite", home::NEXT).child(next).into()])
}

fn list(app: App, is_read_only: bool) -> View {
    // Lines are drawn anew when there are others, not when what they say changes.
    let ids = memo(move || app.loaded.with(|loaded| loaded.connexions.iter().map(|connexion| connexion.id.clone()).collect::<Vec<_>>()));
    let connexions = move || View::list(ids.get().into_iter().map(|id| home_row(id, is_read_only)));
    let unreadable = move || View::list(app.loaded.with(|loaded| loaded.unreadable.values().cloned().map(unreadable).collect::<Vec<_>>()));
    // Another page would stop the run of this one.
    let another = move || {
        (!is_read_only && !app.is_running()).then(|| {
            let label = View::from([icon(Icon::Plus), home::CONNECT_ANOTHER.into()]);
            el("li").child(link(label, || Page::Connect.enter()))
        })
    };
    el("ul").class("rows block").child(connexions).child(unreadable).child(another).into()
}

/// A connexion whose row in the document cannot be read.
fn unreadable(title: String) -> View {
    let said = el("div")
        .child(el("h2").child(title))
        .child(el("p").child(mark("st err", Icon::Cross, home::UNREADABLE)))
        .child(el("p").class("meta").child(home::UNREADABLE_MORE));
    el("li").class("row cnx").child(said).into()
}
