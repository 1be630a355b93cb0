//! Step 1: which démarche.

use leptos::prelude::*;
use relais_engine::ds::{DemarcheNumber, SourceErrorCode};

use super::{
    demarche_card::{facts, line},
    troubles::{no_list, token_due},
};
use crate::{
    app::{App, Choice, Fetched},
    demarche::{Unnamed, answers, nearest, parse, path},
    proxy::ListedDemarche,
    text::{self, demarche as words, errors},
    ui::{Header, Note, Shell, Tone, View, button, el, form, link, search, slot},
};

/// The screen Démarche.
pub(super) fn demarche_screen() -> View {
    let choice = Choice::current();
    let app = choice.app();
    let searched = RwSignal::new(String::new());
    let typed = RwSignal::new(String::new());
    let unnamed = RwSignal::new(None::<Unnamed>);
    let input = slot();
    // Chosen in the list or by its number: what was missing no longer is.
    Effect::new(move || {
        choice.chosen.track();
        unnamed.set(None);
    });
    let refuse = move |why: Unnamed| {
        unnamed.set(Some(why));
        if let Some(input) = input.get_value() {
            let _ = input.focus();
        }
    };
    let look_up = move || {
        let text = typed.get_untracked();
        match (parse(&text), path(&text)) {
            (Ok(number), _) => choice.look_at(number),
            // DS may know which démarche it is.
            (Err(why), Some(path)) => choice.look_for(path.to_owned(), move |error| match error.code {
                SourceErrorCode::NotFound | SourceErrorCode::BadRequest => refuse(why),
                _ => choice.error.set(Some(error)),
            }),
            (Err(why), None) => refuse(why),
        }
    };
    let next = move || {
        let is_chosen = choice.chosen.with_untracked(|chosen| chosen.as_ref().map(|chosen| chosen.form.ready().is_some()));
        match is_chosen {
            Some(true) => choice.propose(),
            // What is typed counts as said when nothing is chosen.
            _ if !typed.get_untracked().trim().is_empty() => look_up(),
            _ => refuse(Unnamed::Empty),
        }
    };
    let summary = move || {
        if choice.is_reading_samples.get() {
            return words::READING_SAMPLES.to_owned();
        }
        let Some(chosen) = choice.chosen.get() else { return String::new() };
        match chosen.form {
            Fetched::Pending => words::READING_FORM.to_owned(),
            Fetched::Ready(form) => words::chosen(form.number.get(), count_of(app, form.number)),
            Fetched::Failed(_) => String::new(),
        }
    };
    let team = move || {
        let count = app.demarches.with(|demarches| demarches.ready().map(Vec::len));
        app.session.with(|session| session.as_ref()?.team.as_deref().zip(count).map(|(team, count)| words::team(team, count)))
    };
    let has_error = move || unnamed.get().is_some() || is_typed_refused(choice);
    let of_team = el("fieldset")
        .child(el("legend").class("vh").child(words::LIST))
        .child(search("chercher", words::SEARCH, words::SEARCH_HINT, move || searched.get(), move |text| searched.set(text)))
        .child(el("div").class("say").child(move || list(choice, searched)));
    let input = el("input")
        .attr("type", "text")
        .id("numero")
        .slot(input)
        .attr("autocomplete", "off")
        .attr("aria-describedby", move || if has_error() { "aide-numero erreur-numero" } else { "aide-numero" })
        .attr("aria-invalid", move || has_error().then_some("true"))
        .prop("value", move || typed.get())
        .on("input", move |event| {
            typed.set(event_target_value(&event));
            unnamed.set(None);
        });
    let field = el("div")
        .class("field")
        .child(el("label").attr("for", "numero").child(words::NUMBER))
        .child(el("p").class("hint").id("aide-numero").child(words::NUMBER_HINT))
        .child(input)
        .child(el("p").class("does").child(el("button").class("btn").attr("type", "submit").child(words::LOOK_UP)));
    let by_number = form("par-numero", look_up)
        .child(field)
        .child(el("div").class("note-for").id("erreur-numero").child(move || unnamed.get().map(unnamed_note)))
        .child(move || unnamed.get().is_none().then(|| unlisted(choice)));
    Shell::new(Header::Steps(1), || words::TITLE.to_owned())
        .summary(summary)
        .actions(button("btn primary", words::NEXT, next))
        .child(el("p").class("sub").child(team))
        .child(move || token_due(app, |_| true))
        .child(move || samples_error(choice))
        .child(el("div").class("two block").child(of_team).child(by_number))
        .into()
}

fn count_of(app: App, number: DemarcheNumber) -> Option<usize> {
    app.demarches.with(|demarches| demarches.ready()?.iter().find(|listed| listed.number == number)?.dossiers_count)
}

fn is_listed(app: App, number: DemarcheNumber) -> bool {
    app.demarches.with(|demarches| demarches.ready().is_some_and(|listed| listed.iter().any(|listed| listed.number == number)))
}

/// Whether what was looked up by its number was refused.
fn is_typed_refused(choice: Choice) -> bool {
    let app = choice.app();
    choice.chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| matches!(chosen.form, Fetched::Failed(_)) && !is_listed(app, chosen.number)))
}

fn unnamed_note(unnamed: Unnamed) -> Note {
    let (what, remedy) = words::unnamed(unnamed);
    Note::new(Tone::Error, what).line(remedy)
}

/// The samples could not be read.
fn samples_error(choice: Choice) -> Option<Note> {
    let error = choice.error.get()?;
    let number = choice.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.number));
    let explained = errors::source(&error, number, choice.app().now());
    Some(Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy))
}

/// The team's démarches that answer the search.
fn list(choice: Choice, searched: RwSignal<String>) -> View {
    let app = choice.app();
    match app.demarches.get() {
        Fetched::Pending => el("p").attr("role", "status").child(text::LOADING).into(),
        Fetched::Failed(_) => no_list(app, errors::UNCHANGED).map_or(View::NOTHING, View::from),
        Fetched::Ready(listed) => {
            if listed.is_empty() {
                return el("p").attr("role", "status").child(words::NO_TOKEN).into();
            }
            let shown: Vec<ListedDemarche> = listed.into_iter().filter(|listed| answers(listed, &searched.get())).collect();
            if shown.is_empty() {
                return el("p").attr("role", "status").child(words::NO_MATCH).into();
            }
            View::list(shown.into_iter().map(|listed| line(choice, listed)))
        }
    }
}

/// A démarche that was looked up by its number, and is not in the list: its card, or why there is none.
fn unlisted(choice: Choice) -> Option<View> {
    let app = choice.app();
    let chosen = choice.chosen.get().filter(|chosen| !is_listed(app, chosen.number))?;
    let number = chosen.number;
    Some(match chosen.form {
        Fetched::Pending => el("p").attr("role", "status").child(words::READING_FORM).into(),
        Fetched::Ready(form) => View::from([el("h2").child(form.title.trim().to_owned()).into(), facts(app, &form)]),
        Fetched::Failed(error) => {
            let explained = errors::source(&error, Some(number), app.now());
            let is_unknown = matches!(error.code, SourceErrorCode::NotFound | SourceErrorCode::DemarcheForbidden | SourceErrorCode::DemarcheRefused);
            let meant = app.demarches.with(|listed| nearest(number, listed.ready()?).cloned()).filter(|_| is_unknown);
            let meant = meant.map(|meant| {
                let label = words::meant(meant.number.get(), meant.title.as_deref().unwrap_or_default());
                el("p").child(words::MEANT).child(" ").child(link(label, move || choice.look_at(meant.number))).child("\u{202f}?")
            });
            Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy).more(meant).into()
        }
    })
}
