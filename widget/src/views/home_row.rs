//! One connexion of the home screen.

use leptos::prelude::*;
use relais_engine::{grist::DocumentError, mapping::TableKey, sync::Connexion};

use crate::{
    app::{App, Run, Screen, Stage},
    standing::Health,
    text::{errors, home, moments},
    ui::{Icon, Menu, Note, Tone, icon, view},
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
            Health::UpToDate => ("st ok", Icon::Check, home::UP_TO_DATE.to_owned(), String::new()),
            Health::Failed { failed, dossiers } => ("st err", Icon::Cross, home::failed(failed, dossiers), home::others(failed, dossiers)),
            Health::Interrupted => ("st warn", Icon::Warning, home::INTERRUPTED.to_owned(), home::INTERRUPTED_MORE.to_owned()),
            Health::TableMissing => ("st err", Icon::Cross, home::TABLE_MISSING.to_owned(), String::new()),
        };
        let last_run = connexion.state.last_run.as_ref();
        let table = connexion.mapping.table(&TableKey::Dossiers).map(|table| home::in_table(&table.name));
        Some(Card {
            title: connexion.mapping.title.clone(),
            class,
            picture,
            state,
            more,
            dossiers: last_run.map(|run| home::dossiers(run.dossiers)),
            table: table.unwrap_or_default(),
            last_run: last_run.map(|run| moments::capitalised(&moments::moment(run.at, app.now()))).unwrap_or_default(),
            is_running: run.is_some(),
            is_table_missing: connexion.main_table(&loaded.schema).is_none(),
            has_result,
        })
    })
}

fn progress(run: &Run) -> String {
    home::running(run.progress.read, run.progress.total)
}

/// A connexion: its state, its table, its last run, what can be done.
#[component]
pub(super) fn HomeRow(id: String, is_read_only: bool) -> impl IntoView {
    let app = App::current();
    let connexion = StoredValue::new(id.clone());
    let with_connexion = move |action: &dyn Fn(Connexion)| {
        if let Some(connexion) = connexion.with_value(|id| app.connexion(id)) {
            action(connexion);
        }
    };
    let synchronise = move |_| {
        with_connexion(&|connexion| {
            app.go(Screen::Run);
            app.synchronise(connexion);
        });
    };
    let read_again = move |_| {
        with_connexion(&|connexion| {
            app.go(Screen::Run);
            app.read_again(connexion);
        });
    };
    let edit = move |_| with_connexion(&|connexion| app.edit_fields(connexion));
    let is_asking = RwSignal::new(false);
    let refusal = RwSignal::new(None::<DocumentError>);
    let disconnect = move |_| with_connexion(&|connexion| app.disconnect(connexion, move |error| refusal.set(Some(error))));
    let card = Memo::new(move |_| card(app, &id));
    let text = move |of: fn(&Card) -> String| move || card.with(|card| card.as_ref().map(of).unwrap_or_default());
    let title = text(|card| card.title.clone());
    let state = move || {
        card.with(|card| {
            card.as_ref().map(|card| {
                view! {
                    <p>
                        <span class=card.class>{icon(card.picture)} <span>{card.state.clone()}</span></span>
                    </p>
                    {(!card.more.is_empty()).then(|| view! { <p class="meta">{card.more.clone()}</p> })}
                }
            })
        })
    };
    let is_running = Memo::new(move |_| card.with(|card| card.as_ref().is_some_and(|card| card.is_running)));
    let is_missing = Memo::new(move |_| card.with(|card| card.as_ref().is_some_and(|card| card.is_table_missing)));
    let has_result = Memo::new(move |_| card.with(|card| card.as_ref().is_some_and(|card| card.has_result)));
    let main_action = move || {
        if is_running.get() {
            view! {
                <button class="btn" type="button" on:click=move |_| app.go(Screen::Run)>
                    {home::SEE_RUN}
                    <span class="vh">" "{title}</span>
                </button>
            }
        } else if app.is_running() {
            ().into_any()
        } else {
            view! {
                <button class="btn" type="button" on:click=synchronise>
                    {home::SYNCHRONISE}
                    <span class="vh">" "{title}</span>
                </button>
            }
        }
    };
    let menu = move || {
        (!app.is_running()).then(|| {
            view! {
                <Menu label=home::more_for(&title())>
                    <li>
                        <button type="button" on:click=edit>
                            {home::EDIT_FIELDS}
                        </button>
                    </li>
                    <li hidden=move || !has_result.get()>
                        <button type="button" on:click=move |_| app.go(Screen::Run)>
                            {home::SEE_RESULT}
                        </button>
                    </li>
                    <li hidden=move || is_missing.get()>
                        <button type="button" on:click=read_again>
                            {home::READ_AGAIN}
                        </button>
                    </li>
                    <li>
                        <hr />
                    </li>
                    <li>
                        <button type="button" class="err" on:click=move |_| is_asking.set(true)>
                            {home::DISCONNECT}
                        </button>
                    </li>
                </Menu>
            }
        })
    };
    let question = move || {
        is_asking.get().then(|| {
            let (tone, headline, line) = match refusal.get().as_ref().map(errors::document) {
                Some(explained) => (Tone::Error, explained.what, explained.remedy),
                None => (Tone::Warning, home::disconnect(&title()), home::DISCONNECT_MORE.to_owned()),
            };
            view! {
                <Note tone headline lines=vec![line]>
                    <p class="does">
                        <button class="btn" type="button" on:click=disconnect>
                            {home::DISCONNECT_NOW}
                        </button>
                        <button class="btn" type="button" on:click=move |_| is_asking.set(false)>
                            {home::KEEP}
                        </button>
                    </p>
                </Note>
            }
        })
    };
    view! {
        <li class="row cnx">
            <div>
                <h2>{title}</h2>
                {state}
                {question}
            </div>
            <div class="fact">
                <p class="num">{text(|card| card.dossiers.clone().unwrap_or_default())}</p>
                " "
                <p class="meta">{text(|card| card.table.clone())}</p>
            </div>
            <div class="fact dot">
                <p>{text(|card| card.last_run.clone())}</p>
            </div>
            <div class="does">{(!is_read_only).then(|| view! { {main_action} {menu} })}</div>
        </li>
    }
}
