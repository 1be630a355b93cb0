//! A démarche of the team's list, and what its form says once it is chosen.

use leptos::prelude::*;
use relais_engine::ds::{ChampType, Demarche};

use crate::{
    app::{App, Fetched},
    proxy::ListedDemarche,
    text::{demarche as words, errors, home, moments},
    ui::{Note, Tone, view},
};

/// A line of the list; the chosen one opens its card.
#[component]
pub(super) fn DemarcheChoice(listed: ListedDemarche) -> impl IntoView {
    let app = App::current();
    let number = listed.number;
    let is_chosen = Memo::new(move |_| app.chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.number == number)));
    let is_connected = app.loaded.with_untracked(|loaded| loaded.connexions.iter().any(|connexion| connexion.mapping.demarche == number));
    let title = listed.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let title = title.map_or_else(|| words::untitled(number.get()), str::to_owned);
    let marks = [
        Some(words::number(number.get())),
        listed.state.map(|state| words::state(state).to_owned()),
        listed.dossiers_count.map(home::dossiers),
        listed.error.is_some().then(|| words::REFUSED.to_owned()),
        is_connected.then(|| words::CONNECTED.to_owned()),
    ];
    let card = move || {
        if !is_chosen.get() {
            return None;
        }
        Some(match app.chosen.get()?.form {
            Fetched::Pending => view! { <p class="card meta" role="status">{words::READING_FORM}</p> },
            Fetched::Ready(form) => view! { <DemarcheFacts form=*form /> },
            Fetched::Failed(error) => {
                let explained = errors::source(&error, Some(number), app.now());
                view! {
                    <div class="card">
                        <Note tone=Tone::Error headline=explained.what lines=vec![errors::UNCHANGED.to_owned(), explained.remedy] />
                    </div>
                }
            }
        })
    };
    view! {
        <div class="choice">
            <label class="opt">
                <input
                    type="radio"
                    name="demarche"
                    value=number.to_string()
                    prop:checked=move || is_chosen.get()
                    on:change=move |_| app.look_at(number)
                />
                <span>
                    <b>{title}</b>
                    <span class="hint sep">{marks.into_iter().flatten().map(|mark| view! { <span>{mark}</span> }).collect_view()}</span>
                </span>
            </label>
            {card}
        </div>
    }
}

/// What a form says: its size, its dossiers, its groupes.
#[component]
pub(super) fn DemarcheFacts(form: Demarche) -> impl IntoView {
    let app = App::current();
    let revision = &form.active_revision;
    let is_field = |champ_type: &ChampType| !matches!(champ_type, ChampType::HeaderSection | ChampType::Explication);
    let fields = revision.all_descriptors().filter(|descriptor| is_field(&descriptor.champ_type)).count();
    let published = revision.date_publication.map(moments::date);
    let count = app.demarches.with_untracked(|listed| listed.ready()?.iter().find(|listed| listed.number == form.number)?.dossiers_count);
    // One group is no group: every démarche has one.
    let groupes = (form.groupe_instructeurs.len() > 1)
        .then(|| form.groupe_instructeurs.iter().map(|groupe| groupe.label.clone()).collect::<Vec<_>>().join(", "));
    view! {
        <dl class="facts">
            <dt>{words::FORM}</dt>
            <dd>{words::form(fields, published.as_deref())}</dd>
            {count
                .map(|count| {
                    view! {
                        <dt>{words::DOSSIERS}</dt>
                        <dd class="num">{home::dossiers(count)}</dd>
                    }
                })}
            {groupes
                .map(|groupes| {
                    view! {
                        <dt>{words::GROUPES}</dt>
                        <dd>{groupes}</dd>
                    }
                })}
        </dl>
    }
}
