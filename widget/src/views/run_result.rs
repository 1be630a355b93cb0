//! What a run did: counts, errors, what next, and the way back.

use leptos::prelude::*;
use relais_engine::{
    mapping::TableKey,
    sync::{Outcome, Stop},
    words as names,
};

use super::problems::Problems;
use crate::{
    app::{App, Ended, Run, Screen, Stage, Undo},
    text::{
        self,
        errors::{self, Explained},
        moments, run as words,
    },
    ui::{Header, Note, Shell, Tone, view},
    verdict::{Next, Verdict},
};

/// Why a run stopped, for people.
fn stopped(app: App, run: &Run, stop: &Stop) -> Explained {
    match stop {
        Stop::Cancelled => Explained { what: words::STOPPED.to_owned(), remedy: String::new() },
        Stop::Source(error) => {
            let user = app.session.with_untracked(|session| session.as_ref().map(|session| session.user));
            match &error.holder {
                Some(holder) if user == Some(holder.user) => errors::own_lease(holder, error.retry_at),
                _ => errors::source(error, Some(run.connexion.mapping.demarche), app.now()),
            }
        }
        Stop::Document(error) => errors::document(error),
        Stop::Plan(error) => errors::plan(error),
    }
}

fn title(verdict: Verdict, undo: Undo) -> String {
    match verdict {
        _ if undo == Undo::Done => words::UNDONE.to_owned(),
        Verdict::Done => words::DONE.to_owned(),
        Verdict::DoneBut(failed) => words::done_but(failed),
        Verdict::Interrupted => words::INTERRUPTED.to_owned(),
        Verdict::NotStarted => words::FAILED.to_owned(),
    }
}

fn next_label(next: Next) -> String {
    match next {
        Next::Recreate => words::RECREATE.to_owned(),
        Next::TryAgain => text::RETRY.to_owned(),
        Next::Resume => words::RESUME.to_owned(),
        Next::Retry(dossiers) => words::retry(dossiers),
        Next::Again => words::AGAIN.to_owned(),
    }
}

/// The result of the last run.
#[component]
pub(super) fn RunResult() -> impl IntoView {
    let app = App::current();
    let undo = Memo::new(move |_| {
        app.run.with(|run| match run.as_ref().map(|run| &run.stage) {
            Some(Stage::Ended(ended)) => ended.undo,
            _ => Undo::Impossible,
        })
    });
    let Some(run) = app.run.get_untracked() else { return ().into_any() };
    let Stage::Ended(ended) = run.stage.clone() else { return ().into_any() };
    let outcome = ended.outcome.clone();
    let verdict = Verdict::of(&outcome);
    let heading = Signal::derive(move || title(verdict, undo.get()));
    let next = Next::of(&outcome, run.connexion.state.retry.len());
    // As it is when pressed: an undo makes it forget the run.
    let connexion = move || app.run.with_untracked(|run| run.as_ref().map(|run| run.connexion.clone()));
    let rerun = move |_| {
        let Some(connexion) = connexion() else { return };
        if next == Next::Recreate && undo.get_untracked() != Undo::Done { app.recreate(connexion) } else { app.synchronise(connexion) }
    };
    let finish = move |_| app.go(Screen::Home);
    let finish_label = if outcome.stop.is_some() { words::LATER } else { words::FINISH };
    // The one primary is what most people do next: leave after a success, try again after a failure.
    let actions = move || {
        let is_undone = undo.get() == Undo::Done;
        let leads_on = next.is_urgent() && !is_undone;
        let (again_class, finish_class) = if leads_on { ("btn primary", "btn") } else { ("btn", "btn primary") };
        let again_button = view! {
            <button class=again_class type="button" on:click=rerun disabled=move || undo.get() == Undo::Running>
                {if is_undone { words::AGAIN.to_owned() } else { next_label(next) }}
            </button>
        };
        let finish_button = view! {
            <button class=finish_class type="button" on:click=finish>
                {if is_undone { words::FINISH } else { finish_label }}
            </button>
        };
        if leads_on { (finish_button.into_any(), again_button.into_any()) } else { (again_button.into_any(), finish_button.into_any()) }
    };
    let body = {
        let run = run.clone();
        let ended = ended.clone();
        move || {
            if undo.get() == Undo::Done {
                view! { <div class="say"><Note tone=Tone::Success headline=words::UNDONE_LEAD /></div> }
            } else {
                view! {
                    <div class="say">{message(app, &run, &ended)}</div>
                    {counts(&ended.outcome)}
                    <Problems run=run.clone() outcome=ended.outcome.clone() />
                }
            }
        }
    };
    let has_problems = !outcome.report.problems.is_empty() && run.connexion.row.is_some();
    let open_fields = move |_| {
        if let Some(connexion) = connexion() {
            app.edit_fields(connexion);
        }
    };
    let edit = has_problems.then(|| {
        view! {
            <p class="say">
                <button class="lk" type="button" on:click=open_fields>
                    {words::EDIT}
                </button>
            </p>
        }
    });
    view! {
        <Shell header=Header::Steps(3) title=heading actions>
            <p class="sub">{run.connexion.mapping.title.clone()}</p>
            {body}
            {edit}
            {move || way_back(app, undo.get())}
        </Shell>
    }
}

fn message(app: App, run: &Run, ended: &Ended) -> AnyView {
    let outcome = &ended.outcome;
    let seconds = ended.at.milliseconds().saturating_sub(run.started_at.milliseconds()) / 1000;
    let when = words::ended(&moments::moment(ended.at, app.now()), &moments::duration(seconds));
    let failed = outcome.report.failed();
    let in_document = run.connexion.state.last_run.as_ref().map_or(0, |last| last.dossiers);
    if let Some(stop) = &outcome.stop {
        let explained = stopped(app, run, stop);
        let has_written = outcome.last_action.is_some();
        let intact = if has_written { words::WHOLE } else { words::NOTHING_WRITTEN };
        let tone = if matches!(stop, Stop::Cancelled) { Tone::Warning } else { Tone::Error };
        return view! { <Note tone headline=explained.what lines=vec![intact.to_owned(), explained.remedy] /> };
    }
    if failed > 0 {
        let headline = words::partly(in_document.saturating_sub(failed), failed);
        return view! { <Note tone=Tone::Warning headline lines=vec![words::kept(failed).to_owned(), when] /> };
    }
    if outcome.last_action.is_none() {
        let since = run.connexion.state.last_run.as_ref().map(|last| moments::moment(last.at, app.now()));
        return view! { <Note tone=Tone::Success headline=words::nothing_new(since.as_deref()) lines=vec![when] /> };
    }
    let table = run.connexion.mapping.table(&TableKey::Dossiers).map(|table| table.name.as_str());
    view! { <Note tone=Tone::Success headline=words::up_to_date(in_document, table) lines=vec![when] /> }
}

fn counts(outcome: &Outcome) -> impl IntoView + use<> {
    let report = &outcome.report;
    let mut figures =
        vec![(words::counts::ADDED, report.added), (words::counts::UPDATED, report.updated), (words::counts::UNCHANGED, report.unchanged)];
    // Rare: said when there are some.
    figures.extend([(words::counts::FILES, report.files), (words::counts::MARKED, report.marked), (words::counts::REMOVED, report.removed)].into_iter().filter(|(_, figure)| *figure > 0));
    figures.push((words::counts::FAILED, report.failed()));
    let other_rows = words::other_rows(report.rows_added, report.rows_updated, report.rows_removed);
    // What was read and could not be written is no figure of what was done.
    let is_worth_it = outcome.stop.is_none() || outcome.last_action.is_some();
    is_worth_it.then(|| {
        view! {
            <section aria-label=words::RESULT>
                <dl class="counts">
                    {figures
                        .into_iter()
                        .map(|(label, figure)| {
                            view! {
                                <div class:zero=figure == 0>
                                    <dt>{label}</dt>
                                    <dd>{names::figure(figure)}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
                {other_rows.map(|rows| view! { <p class="meta say">{rows}</p> })}
            </section>
        }
    })
}

/// Undo, as long as it means something.
fn way_back(app: App, undo: Undo) -> Option<impl IntoView> {
    let body = match undo {
        Undo::Impossible | Undo::Done => return None,
        Undo::Running => view! { <p role="status">{words::UNDOING}</p> },
        Undo::Failed => view! { <Note tone=Tone::Error headline=words::UNDO_FAILED lines=vec![words::UNDO_FAILED_HELP.to_owned()] /> },
        Undo::Possible => view! {
            <p class="prose">{words::UNDO_HINT}</p>
            <p class="does">
                <button class="btn" type="button" on:click=move |_| app.undo()>
                    {words::UNDO}
                </button>
            </p>
        },
    };
    Some(view! {
        <section aria-labelledby="annuler">
            <h2 id="annuler">{words::BACK}</h2>
            {body}
        </section>
    })
}
