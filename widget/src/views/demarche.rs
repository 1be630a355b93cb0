//! Step 1: which démarche.

use leptos::{html, prelude::*};
use relais_engine::ds::{DemarcheNumber, SourceErrorCode};

use super::demarche_card::{DemarcheChoice, DemarcheFacts};
use crate::{
    app::{App, Fetched},
    demarche::{Unnamed, answers, nearest, parse},
    proxy::ListedDemarche,
    text::{self, demarche as words, errors},
    ui::{Header, Note, Search, Shell, Tone, view},
};

/// The screen Démarche.
#[component]
pub(super) fn DemarcheScreen() -> impl IntoView {
    let app = App::current();
    let search = RwSignal::new(String::new());
    let typed = RwSignal::new(String::new());
    let unnamed = RwSignal::new(None::<Unnamed>);
    let input = NodeRef::<html::Input>::new();
    // Chosen in the list or by its number: what was missing no longer is.
    Effect::new(move || {
        app.chosen.track();
        unnamed.set(None);
    });
    let choose = move |number: DemarcheNumber| app.look_at(number);
    let refuse = move |why: Unnamed| {
        unnamed.set(Some(why));
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    let look_up = move || match parse(&typed.get_untracked()) {
        Ok(number) => choose(number),
        Err(why) => refuse(why),
    };
    let next = move |_| {
        let is_chosen = app.chosen.with_untracked(|chosen| chosen.as_ref().map(|chosen| chosen.form.ready().is_some()));
        match is_chosen {
            Some(true) => app.propose(),
            // What is typed counts as said when nothing is chosen.
            _ if !typed.get_untracked().trim().is_empty() => look_up(),
            _ => refuse(Unnamed::Empty),
        }
    };
    let summary = Signal::derive(move || {
        if app.is_reading_samples.get() {
            return words::READING_SAMPLES.to_owned();
        }
        let Some(chosen) = app.chosen.get() else { return String::new() };
        match chosen.form {
            Fetched::Pending => words::READING_FORM.to_owned(),
            Fetched::Ready(form) => words::chosen(form.number.get(), count_of(app, form.number)),
            Fetched::Failed(_) => String::new(),
        }
    });
    let actions = move || {
        view! {
            <button class="btn primary" type="button" on:click=next>
                {words::NEXT}
            </button>
        }
    };
    let team = move || {
        let count = app.demarches.with(|demarches| demarches.ready().map(Vec::len));
        app.session.with(|session| session.as_ref().zip(count).map(|(session, count)| words::team(&session.team.name, count)))
    };
    let error_id = "erreur-numero";
    let has_error = move || unnamed.get().is_some() || is_typed_refused(app);
    view! {
        <Shell header=Header::Steps(1) title=words::TITLE.to_owned() summary actions>
            <p class="sub">{team}</p>
            {move || choice_error(app)}
            <div class="two block">
                <fieldset>
                    <legend class="vh">{words::LIST}</legend>
                    <Search
                        id="chercher"
                        label=words::SEARCH
                        hint=words::SEARCH_HINT
                        value=search.into()
                        on_search=move |text| search.set(text)
                    />
                    <div class="say">{move || list(app, search)}</div>
                </fieldset>
                <form
                    on:submit=move |event| {
                        event.prevent_default();
                        look_up();
                    }
                >
                    <div class="field">
                        <label for="numero">{words::NUMBER}</label>
                        <p class="hint" id="aide-numero">
                            {words::NUMBER_HINT}
                        </p>
                        <input
                            type="text"
                            id="numero"
                            node_ref=input
                            autocomplete="off"
                            aria-describedby=move || if has_error() { "aide-numero erreur-numero" } else { "aide-numero" }
                            aria-invalid=move || has_error().then_some("true")
                            prop:value=move || typed.get()
                            on:input=move |event| {
                                typed.set(event_target_value(&event));
                                unnamed.set(None);
                            }
                        />
                        <p class="does">
                            <button class="btn" type="submit">
                                {words::LOOK_UP}
                            </button>
                        </p>
                    </div>
                    <div class="note-for" id=error_id>
                        {move || unnamed.get().map(unnamed_note)}
                    </div>
                    {move || unlisted(app, choose)}
                </form>
            </div>
        </Shell>
    }
}

fn count_of(app: App, number: DemarcheNumber) -> Option<usize> {
    app.demarches.with(|demarches| demarches.ready()?.iter().find(|listed| listed.number == number)?.dossiers_count)
}

fn is_listed(app: App, number: DemarcheNumber) -> bool {
    app.demarches.with(|demarches| demarches.ready().is_some_and(|listed| listed.iter().any(|listed| listed.number == number)))
}

/// Whether what was looked up by its number was refused.
fn is_typed_refused(app: App) -> bool {
    app.chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| matches!(chosen.form, Fetched::Failed(_)) && !is_listed(app, chosen.number)))
}

fn unnamed_note(unnamed: Unnamed) -> impl IntoView {
    let (what, remedy) = words::unnamed(unnamed);
    view! { <Note tone=Tone::Error headline=what lines=vec![remedy.to_owned()] /> }
}

/// The samples could not be read.
fn choice_error(app: App) -> Option<impl IntoView> {
    let error = app.choice_error.get()?;
    let number = app.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.number));
    let explained = errors::source(&error, number, app.now());
    Some(view! { <Note tone=Tone::Error headline=explained.what lines=vec![errors::UNCHANGED.to_owned(), explained.remedy] /> })
}

/// The team's démarches that answer the search.
fn list(app: App, search: RwSignal<String>) -> AnyView {
    match app.demarches.get() {
        Fetched::Pending => view! { <p role="status">{text::LOADING}</p> },
        Fetched::Failed(error) => {
            let explained = errors::source(&error, None, app.now());
            view! {
                <Note tone=Tone::Error headline=explained.what lines=vec![errors::UNCHANGED.to_owned(), explained.remedy]>
                    <p>
                        <button class="lk" type="button" on:click=move |_| app.list_demarches()>
                            {text::RETRY}
                        </button>
                    </p>
                </Note>
            }
        }
        Fetched::Ready(listed) => {
            let shown: Vec<ListedDemarche> = listed.into_iter().filter(|listed| answers(listed, &search.get())).collect();
            if shown.is_empty() {
                return view! { <p role="status">{words::NO_MATCH}</p> };
            }
            shown.into_iter().map(|listed| view! { <DemarcheChoice listed /> }).collect_view().into_any()
        }
    }
}

/// A démarche that was looked up by its number, and is not in the list: its card, or why there is none.
fn unlisted(app: App, choose: impl Fn(DemarcheNumber) + Copy + 'static) -> Option<AnyView> {
    let chosen = app.chosen.get().filter(|chosen| !is_listed(app, chosen.number))?;
    let number = chosen.number;
    Some(match chosen.form {
        Fetched::Pending => view! { <p role="status">{words::READING_FORM}</p> },
        Fetched::Ready(form) => {
            let title = form.title.trim().to_owned();
            view! {
                <h2>{title}</h2>
                <DemarcheFacts form=*form />
            }
        }
        Fetched::Failed(error) => {
            let explained = errors::source(&error, Some(number), app.now());
            let is_unknown = matches!(error.code, SourceErrorCode::NotFound | SourceErrorCode::DemarcheForbidden | SourceErrorCode::DemarcheRefused);
            let meant = app.demarches.with(|listed| nearest(number, listed.ready()?).cloned()).filter(|_| is_unknown);
            let meant = meant.map(|meant| {
                let title = meant.title.clone().unwrap_or_default();
                view! {
                    <p>
                        {words::MEANT} " "
                        <button class="lk" type="button" on:click=move |_| choose(meant.number)>
                            {words::meant(meant.number.get(), &title)}
                        </button> "\u{202f}?"
                    </p>
                }
            });
            view! {
                <Note tone=Tone::Error headline=explained.what lines=vec![errors::UNCHANGED.to_owned(), explained.remedy]>
                    {meant}
                </Note>
            }
        }
    })
}
