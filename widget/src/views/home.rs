//! Accueil: the démarches connected to this document.

use leptos::prelude::*;

use super::home_row::HomeRow;
use crate::{
    app::{App, Fetched, Screen},
    standing::Access,
    text::{self, errors, home, states},
    ui::{Header, Icon, Note, Shell, Tone, icon, view},
};

/// The home screen.
#[component]
pub(super) fn HomeScreen() -> impl IntoView {
    let app = App::current();
    let is_read_only = app.access.get_untracked() == Access::ReadOnly;
    let count = Memo::new(move |_| app.loaded.with(|loaded| loaded.connexions.len()));
    let is_empty = Memo::new(move |_| app.loaded.with(|loaded| loaded.connexions.is_empty() && loaded.unreadable.is_empty()));
    let title = move || if is_empty.get() { home::EMPTY_TITLE } else { home::TITLE }.to_owned();
    let connect = move |_| {
        app.chosen.set(None);
        app.go(Screen::Demarche);
    };
    let actions = move || {
        if is_read_only {
            ().into_any()
        } else if is_empty.get() {
            view! {
                <button class="btn primary" type="button" on:click=connect>
                    {home::CONNECT}
                </button>
            }
        } else if count.get() > 1 && !app.is_running() {
            view! {
                <button class="btn primary" type="button" on:click=move |_| app.synchronise_all()>
                    {home::SYNCHRONISE_ALL}
                </button>
            }
        } else {
            ().into_any()
        }
    };
    view! {
        <Shell header=Header::Areas title=Signal::derive(title) actions>
            {is_read_only
                .then(|| view! { <Note tone=Tone::Information headline=states::VIEWER lines=vec![states::VIEWER_HELP.to_owned()] /> })}
            {move || list_error(app)}
            {move || if is_empty.get() { empty(app).into_any() } else { list(app, is_read_only).into_any() }}
        </Shell>
    }
}

/// DS or its token is out of order: nothing can be run for now.
fn list_error(app: App) -> Option<impl IntoView> {
    let Fetched::Failed(error) = app.demarches.get() else { return None };
    let explained = errors::source(&error, None, app.now());
    Some(view! {
        <Note tone=Tone::Error headline=explained.what lines=vec![errors::INTACT.to_owned(), explained.remedy]>
            <p>
                <button class="lk" type="button" on:click=move |_| app.list_demarches()>
                    {text::RETRY}
                </button>
            </p>
        </Note>
    })
}

fn empty(app: App) -> impl IntoView {
    let first = move || home::next_demarche(app.demarches.with(|demarches| demarches.ready().map(Vec::len)));
    view! {
        <p class="lead">{home::EMPTY_LEAD}</p>
        <section aria-labelledby="suite">
            <h2 id="suite">{home::NEXT}</h2>
            <ol class="how">
                <li>{first}</li>
                <li>{home::NEXT_FIELDS}</li>
                <li>{home::NEXT_RUN}</li>
            </ol>
        </section>
    }
}

fn list(app: App, is_read_only: bool) -> impl IntoView {
    // Lines are drawn anew when there are others, not when what they say changes.
    let ids = Memo::new(move |_| app.loaded.with(|loaded| loaded.connexions.iter().map(|connexion| connexion.id.clone()).collect::<Vec<_>>()));
    let connexions = move || ids.get().into_iter().map(|id| view! { <HomeRow id is_read_only /> }).collect_view();
    let unreadable = move || app.loaded.with(|loaded| loaded.unreadable.values().cloned().map(unreadable).collect_view());
    let connect = move |_| {
        app.chosen.set(None);
        app.go(Screen::Demarche);
    };
    view! {
        <ul class="rows block">
            {connexions}
            {unreadable}
            {(!is_read_only)
                .then(|| {
                    view! {
                        <li>
                            <button class="lk" type="button" on:click=connect>
                                {icon(Icon::Plus)}
                                {home::CONNECT_ANOTHER}
                            </button>
                        </li>
                    }
                })}
        </ul>
    }
}

/// A connexion whose row in the document cannot be read.
fn unreadable(title: String) -> AnyView {
    view! {
        <li class="row cnx">
            <div>
                <h2>{title}</h2>
                <p>
                    <span class="st err">{icon(Icon::Cross)} <span>{home::UNREADABLE}</span></span>
                </p>
                <p class="meta">{home::UNREADABLE_MORE}</p>
            </div>
        </li>
    }
}
