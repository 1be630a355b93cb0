//! A démarche of the team's list, and what its form says once it is chosen.

use leptos::prelude::*;
use relais_engine::ds::{ChampType, Demarche};

use super::troubles::is_connected;
use crate::{
    app::{App, Choice, Fetched},
    memo::memo,
    proxy::ListedDemarche,
    text::{demarche as words, errors, home, moments},
    ui::{Note, Tone, View, el, radio},
};

/// A line of the list; the chosen one opens its card.
pub(super) fn line(choice: Choice, listed: ListedDemarche) -> View {
    let app = choice.app();
    let number = listed.number;
    let is_chosen = memo(move || choice.chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.number == number)));
    let is_connected = untrack(|| is_connected(app, number));
    let title = listed.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let title = title.map_or_else(|| words::untitled(number.get()), str::to_owned);
    let marks = [
        Some(words::number(number.get())),
        listed.state.map(|state| words::state(state).to_owned()),
        listed.dossiers_count.map(home::dossiers),
        listed.last_read_at.map(|at| words::last_read(at, app.now())),
        listed.error.is_some().then(|| words::REFUSED.to_owned()),
        is_connected.then(|| words::CONNECTED.to_owned()),
    ];
    let card = move || {
        if !is_chosen.get() {
            return None;
        }
        Some(match choice.chosen.get()?.form {
            Fetched::Pending => el("p").class("card meta").attr("role", "status").child(words::READING_FORM).into(),
            Fetched::Ready(form) => {
                let twice = is_connected.then(|| el("p").class("hint").child(words::CONNECTED_TWICE));
                View::from([facts(app, &form), twice.into()])
            }
            Fetched::Failed(error) => {
                let explained = errors::source(&error, Some(number), app.now());
                el("div").class("card").child(Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy)).into()
            }
        })
    };
    let marks = marks.into_iter().flatten().map(|mark| el("span").child(mark));
    let input = radio("demarche", move || is_chosen.get(), move || choice.look_at(number)).attr("value", number.to_string());
    let said = el("span").child(el("b").child(title)).child(el("span").class("hint sep").child(View::list(marks)));
    el("div").class("choice").child(el("label").class("opt").child(input).child(said)).child(card).into()
}

/// What a form says: its size, its dossiers, its groupes.
pub(super) fn facts(app: App, form: &Demarche) -> View {
    let revision = &form.active_revision;
    let is_field = |champ_type: &ChampType| !matches!(champ_type, ChampType::HeaderSection | ChampType::Explication);
    let fields = revision.all_descriptors().filter(|descriptor| is_field(&descriptor.champ_type)).count();
    let published = revision.date_publication.map(moments::date);
    let count = app.demarches.with_untracked(|listed| listed.ready()?.iter().find(|listed| listed.number == form.number)?.dossiers_count);
    // One group is no group: every démarche has one.
    let groupes = (form.groupe_instructeurs.len() > 1)
        .then(|| form.groupe_instructeurs.iter().map(|groupe| groupe.label.clone()).collect::<Vec<_>>().join(", "));
    let fact = |term: &'static str, fact: String| View::from([el("dt").child(term).into(), el("dd").child(fact).into()]);
    let dossiers = count.map(|count| {
        let count = el("dd").class("num").child(home::dossiers(count));
        View::from([el("dt").child(words::DOSSIERS).into(), count.into()])
    });
    el("dl")
        .class("facts")
        .child(fact(words::FORM, words::form(fields, published.as_deref())))
        .child(dossiers)
        .child(groupes.map(|groupes| fact(words::GROUPES, groupes)))
        .into()
}
