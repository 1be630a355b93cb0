//! One connexion of the home screen.

use leptos::prelude::*;
use relais_engine::{grist::DocumentError, mapping::TableKey, sync::Connexion};

use super::troubles::is_closed;
use crate::{
    app::{App, Run, Screen, Stage},
    memo::memo,
    page::{Page, Task},
    proxy::Role,
    standing::Health,
    text::{errors, home, moments},
    ui::{Icon, Note, Tone, View, button, el, link, mark, menu},
};

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
struct Card {
    title: String,
    class: &'static str,
    picture: Icon,
    state: String,
    more: String,
    dossiers: Option<String>,
    table: String,
    last_run: String,
    is_running: bool,
    is_table_missing: bool,
    has_result: bool,
}

fn card(app: App, id: &str) -> Option<Card> {
    let run = app.run.with(|run| run.as_ref().filter(|run| run.connexion.id == id && run.stage == Stage::Running).map(progress));
    let has_result = app.run.with(|run| run.as_ref().is_some_and(|run| run.connexion.id == id && run.stage != Stage::Running));
    let is_queued = app.queue.with(|queue| queue.iter().any(|queued| queued == id));
    app.loaded.with(|loaded| {
        let connexion = loaded.connexions.iter().find(|connexion| connexion.id == id)?;
        let (class, picture, state, more) = match Health::of(connexion, &loaded.schema) {
            _ if run.is_some() => ("st info", Icon::Running, run.clone().unwrap_or_default(), String::new()),
            _ if is_queued => ("st off", Icon::Clock, home::QUEUED.to_owned(), String::new()),
            Health::Waiting => ("st info", Icon::Clock, home::WAITING.to_owned(), String::new()),
            Health::Changed => ("st info", Icon::Clock, home::CHANGED.to_owned(), String::new()),
            Health::UpToDate if connexion.demarches().any(|number| is_closed(app, number)) => {
                ("st err", Icon::Cross, home::CLOSED.to_owned(), String::new())
            }
            Health::UpToDate => ("st ok", Icon::Check, home::UP_TO_DATE.to_owned(), String::new()),
            Health::Failed { failed, dossiers } => ("st err", Icon::Cross, home::failed(failed, dossiers), home::others(failed, dossiers)),
            Health::Interrupted => ("st warn", Icon::Warning, home::INTERRUPTED.to_owned(), home::INTERRUPTED_MORE.to_owned()),
            Health::TableMissing => ("st err", Icon::Cross, home::TABLE_MISSING.to_owned(), String::new()),
        };
        let last_run = connexion.state.last_run.as_ref();
        let table = connexion.mapping.table(&TableKey::Dossiers).map(|table| home::in_table(&table.name, connexion.demarches().count()));
        Some(Card {
            title: connexion.mapping.title.clone(),
            class,
            picture,
            state,
            more,
            dossiers: last_run.map(|run| home::dossiers(run.dossiers)),
            table: table.unwrap_or_default(),
            last_run: last_run.map(|run| moments::capitalised(moments::moment(run.at, app.now()))).unwrap_or_default(),
            is_running: run.is_some(),
            is_table_missing: connexion.main_table(&loaded.schema).is_none(),
            has_result,
        })
    })
}

/// Whether the template that a connexion comes from has a newer version.
fn has_newer_version(app: App, id: &str) -> bool {
    let latest = app.latest.with(|latest| latest.get(id).copied());
    let is_newer = |connexion: &Connexion| connexion.template.as_ref().zip(latest).is_some_and(|(followed, latest)| followed.is_news(latest));
    app.loaded.with(|loaded| loaded.connexions.iter().any(|connexion| connexion.id == id && is_newer(connexion)))
}

fn progress(run: &Run) -> String {
    home::running(run.progress.read, run.progress.total)
}

/// A connexion: its state, its table, its last run, what can be done.
pub(super) fn home_row(id: String, is_read_only: bool) -> View {
    let app = App::current();
    let connexion = StoredValue::new(id.clone());
    let with_connexion = move |action: &dyn Fn(Connexion)| {
        if let Some(connexion) = connexion.with_value(|id| app.connexion(id)) {
            action(connexion);
        }
    };
    let see = move || app.go(Screen::Run);
    let synchronise = move || {
        with_connexion(&|connexion| {
            app.go(Screen::Run);
            app.synchronise(connexion);
        });
    };
    let read_again = move || {
        with_connexion(&|connexion| {
            app.go(Screen::Run);
            app.read_again(connexion);
        });
    };
    let may_share = app.session.with_untracked(|session| session.as_ref().is_some_and(|session| session.role == Role::Owner));
    let share = move || with_connexion(&|connexion| Page::Templates.enter_for(&Task::Share(connexion.id)));
    let edit = move || with_connexion(&|connexion| Page::Connect.enter_for(&Task::Edit(connexion.id)));
    let is_asking = RwSignal::new(false);
    let refusal = RwSignal::new(None::<DocumentError>);
    let disconnect = move || with_connexion(&|connexion| app.disconnect(connexion, move |error| refusal.set(Some(error))));
    let card = memo(move || card(app, &id));
    let text = move |of: fn(&Card) -> String| move || card.with(|card| card.as_ref().map(of).unwrap_or_default());
    let is = move |of: fn(&Card) -> bool| memo(move || card.with(|card| card.as_ref().is_some_and(of)));
    let title = text(|card| card.title.clone());
    let state = move || {
        card.with(|card| {
            card.as_ref().map(|card| {
                let more = (!card.more.is_empty()).then(|| el("p").class("meta").child(card.more.clone()));
                View::from([el("p").child(mark(card.class, card.picture, card.state.clone())).into(), more.into()])
            })
        })
    };
    let is_running = is(|card| card.is_running);
    let is_missing = is(|card| card.is_table_missing);
    let has_result = is(|card| card.has_result);
    let has_newer_version = memo(move || connexion.with_value(|id| has_newer_version(app, id)));
    // Another page would stop a run of this one.
    let news = move || {
        (has_newer_version.get() && !is_read_only && !app.is_running()).then(|| el("p").child(link(home::NEWER_VERSION, || Page::Templates.enter())))
    };
    let of_this = move |label: &'static str| View::from([label.into(), el("span").class("vh").child(" ").child(title).into()]);
    let main_action = move || {
        if is_running.get() {
            Some(button("btn", of_this(home::SEE_RUN), see).key("see"))
        } else if app.is_running() {
            None
        } else {
            Some(button("btn", of_this(home::SYNCHRONISE), synchronise))
        }
    };
    let actions = move || {
        (!app.is_running()).then(|| {
            let lines = [
                el("li").child(button(None::<&str>, home::EDIT_FIELDS, edit)),
                el("li").attr("hidden", move || !has_result.get()).child(button(None::<&str>, home::SEE_RESULT, see)),
                el("li").attr("hidden", move || is_missing.get()).child(button(None::<&str>, home::READ_AGAIN, read_again)),
                el("li").attr("hidden", !may_share).child(button(None::<&str>, home::SAVE_AS_TEMPLATE, share)),
                el("li").child(el("hr")),
                el("li").child(button("err", home::DISCONNECT, move || is_asking.set(true))),
            ];
            menu(home::more_for(&title()), View::list(lines))
        })
    };
    let question = move || {
        is_asking.get().then(|| {
            let note = match refusal.get().as_ref().map(errors::document) {
                Some(explained) => Note::new(Tone::Error, explained.what).line(explained.remedy),
                None => Note::new(Tone::Warning, home::disconnect(&title())).line(home::DISCONNECT_MORE),
            };
            let answers = el("p")
                .class("does")
                .child(button("btn", home::DISCONNECT_NOW, disconnect))
                .child(button("btn", home::KEEP, move || is_asking.set(false)));
            note.more(answers)
        })
    };
    let size = el("div")
        .class("fact")
        .child(el("p").class("num").child(text(|card| card.dossiers.clone().unwrap_or_default())))
        .child(" ")
        .child(el("p").class("meta").child(text(|card| card.table.clone())));
    el("li")
        .class("row cnx")
        .child(el("div").child(el("h2").child(title)).child(state).child(news).child(question))
        .child(size)
        .child(el("div").class("fact dot").child(el("p").child(text(|card| card.last_run.clone()))))
        .child(el("div").class("does").child((!is_read_only).then(|| View::from([main_action.into(), actions.into()]))))
        .into()
}
