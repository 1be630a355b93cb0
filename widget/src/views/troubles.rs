//! What keeps démarches from being read, or soon will: told where they are chosen and where they are synchronised.

use leptos::prelude::*;
use relais_engine::ds::{DemarcheNumber, SourceError, SourceErrorCode};

use crate::{
    app::{App, Fetched},
    team::Due,
    text::{self, demarche as words, errors},
    ui::{Note, Tone, View, el, link},
};

/// More would hide what is below.
const MOST: usize = 3;

/// DS, its token or the proxy is out of order: nothing can be read for now. `intact` says what is not touched by it.
pub(super) fn no_list(app: App, intact: &'static str) -> Option<Note> {
    let Fetched::Failed(error) = app.demarches.get() else { return None };
    let explained = errors::source(&error, None, app.now());
    let retry = el("p").child(link(text::RETRY, move || app.list_demarches()));
    Some(Note::new(Tone::Error, explained.what).line(intact).line(explained.remedy).more(retry))
}

/// The token that ends first, of those that are not past and open one of these démarches.
pub(super) fn token_due(app: App, is_meant: impl Fn(DemarcheNumber) -> bool) -> Option<Note> {
    let now = app.now();
    let (last_day, due) = app.demarches.with(|listed| {
        let days = listed.ready()?.iter().filter(|listed| is_meant(listed.number)).filter_map(|listed| listed.token_expires);
        days.map(|day| (day, Due::of(day, now))).filter(|(_, due)| *due != Due::Ended).min_by_key(|(day, _)| *day)
    })?;
    let tone = match due {
        Due::Far | Due::Ended => return None,
        Due::Soon(_) => Tone::Warning,
        Due::Close(_) => Tone::Error,
    };
    Some(Note::new(tone, words::token_due(due, last_day)).line(words::TOKEN_DUE_MORE))
}

/// The démarches of this document that DS, or the team, does not open. What concerns a token is told once.
pub(super) fn refused(app: App) -> View {
    let mut numbers: Vec<DemarcheNumber> = Vec::new();
    app.loaded.with(|loaded| {
        for number in loaded.connexions.iter().flat_map(relais_engine::sync::Connexion::demarches) {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    });
    let mut told: Vec<SourceErrorCode> = Vec::new();
    let mut notes: Vec<View> = Vec::new();
    for number in numbers {
        let Some(error) = closure(app, number) else { continue };
        let is_of_demarche = matches!(error.code, SourceErrorCode::DemarcheRefused | SourceErrorCode::DemarcheForbidden | SourceErrorCode::NotFound);
        if (!is_of_demarche && told.contains(&error.code)) || notes.len() == MOST {
            continue;
        }
        told.push(error.code);
        let explained = errors::source(&error, Some(number), app.now());
        notes.push(Note::new(Tone::Error, explained.what).line(errors::INTACT).line(explained.remedy).into());
    }
    notes.into()
}

/// Why a démarche cannot be read, once that is known. One that the team does not have is not in its list.
fn closure(app: App, number: DemarcheNumber) -> Option<SourceError> {
    app.demarches.with(|listed| match listed.ready()?.iter().find(|listed| listed.number == number) {
        Some(listed) => listed.error.clone(),
        None => Some(SourceErrorCode::DemarcheForbidden.into()),
    })
}

/// Whether a démarche cannot be read, as far as is known.
pub(super) fn is_closed(app: App, number: DemarcheNumber) -> bool {
    closure(app, number).is_some()
}

/// Whether a connexion of this document is of a démarche.
pub(super) fn is_connected(app: App, number: DemarcheNumber) -> bool {
    app.loaded.with(|loaded| loaded.connexions.iter().any(|connexion| connexion.demarches().any(|known| known == number)))
}
