//! What a run did: counts, errors, what next, and the way back.

use leptos::prelude::*;
use relais_engine::{
    ds::DemarcheNumber,
    mapping::TableKey,
    sync::{Outcome, Stop},
    words as names,
};

use super::problems::problems;
use crate::{
    app::{App, Ended, Run, Screen, Stage, Undo},
    memo::memo,
    page::{Page, Task},
    text::{
        self, changes,
        errors::{self, Explained},
        moments, run as words,
    },
    ui::{Header, Note, Shell, Tone, View, button, el, link, section},
    verdict::{Next, Verdict},
};

/// Why a run stopped, for people.
fn stopped(app: App, demarche: DemarcheNumber, stop: &Stop) -> Explained {
    match stop {
        Stop::Cancelled => Explained { what: words::STOPPED.to_owned(), remedy: String::new() },
        Stop::Source(error) => {
            let user = app.session.with_untracked(|session| session.as_ref().map(|session| session.user));
            match &error.holder {
                Some(holder) if user == Some(holder.user) => errors::own_lease(holder, error.retry_at),
                _ => errors::source(error, Some(demarche), app.now()),
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
pub(super) fn run_result(app: App) -> View {
    let undo = memo(move || {
        app.run.with(|run| match run.as_ref().map(|run| &run.stage) {
            Some(Stage::Ended(ended)) => ended.undo,
            _ => Undo::Impossible,
        })
    });
    let Some(run) = app.run.get_untracked() else { return View::NOTHING };
    let Stage::Ended(ended) = run.stage.clone() else { return View::NOTHING };
    let outcome = &ended.outcome;
    let verdict = Verdict::of(outcome);
    let next = Next::of(outcome, run.connexion.state.to_retry());
    // As it is when pressed: an undo makes it forget the run.
    let connexion = move || app.run.with_untracked(|run| run.as_ref().map(|run| run.connexion.clone()));
    let rerun = move || {
        let Some(connexion) = connexion() else { return };
        if next == Next::Recreate && undo.get_untracked() != Undo::Done { app.recreate(connexion) } else { app.synchronise(connexion) }
    };
    let finish_label = if outcome.stop.is_some() { words::LATER } else { words::FINISH };
    // The one primary is what most people do next: leave after a success, try again after a failure.
    let actions = move || {
        let is_undone = undo.get() == Undo::Done;
        let leads_on = next.is_urgent() && !is_undone;
        let (again_class, finish_class) = if leads_on { ("btn primary", "btn") } else { ("btn", "btn primary") };
        let again_label = if is_undone { words::AGAIN.to_owned() } else { next_label(next) };
        let again = button(again_class, again_label, rerun).attr("disabled", move || undo.get() == Undo::Running);
        let finish = button(finish_class, if is_undone { words::FINISH } else { finish_label }, move || app.go(Screen::Home));
        View::list(if leads_on { [finish, again] } else { [again, finish] })
    };
    let has_problems = !(outcome.report.problems.is_empty() && outcome.report.drift.is_empty()) && run.connexion.row.is_some();
    let open_fields = move || {
        if let Some(connexion) = connexion() {
            Page::Connect.enter_for(&Task::Edit(connexion.id));
        }
    };
    let edit = has_problems.then(|| el("p").class("say").child(link(words::EDIT, open_fields)));
    let subject = el("p").class("sub").child(run.connexion.mapping.title.clone());
    let body = move || {
        if undo.get() == Undo::Done {
            el("div").class("say").child(Note::new(Tone::Success, words::UNDONE_LEAD)).into()
        } else {
            let message = el("div").class("say").child(message(app, &run, &ended));
            View::from([message.into(), counts(&run, &ended.outcome), problems(&run, &ended.outcome), drift(&run, &ended.outcome)])
        }
    };
    Shell::new(Header::Steps(3), move || title(verdict, undo.get()))
        .actions(actions)
        .child(subject)
        .child(body)
        .child(edit)
        .child(move || way_back(app, undo.get()))
        .into()
}

fn message(app: App, run: &Run, ended: &Ended) -> Note {
    let outcome = &ended.outcome;
    let seconds = ended.at.milliseconds().saturating_sub(run.started_at.milliseconds()) / 1000;
    let when = words::ended(&moments::moment(ended.at, app.now()), &moments::duration(seconds));
    let failed = outcome.report.failed();
    let in_document = run.connexion.state.last_run.as_ref().map_or(0, |last| last.dossiers);
    if let Some(stop) = &outcome.stop {
        let explained = stopped(app, outcome.demarche, stop);
        let has_written = outcome.last_action.is_some();
        let intact = if has_written { words::WHOLE } else { words::NOTHING_WRITTEN };
        let tone = if matches!(stop, Stop::Cancelled) { Tone::Warning } else { Tone::Error };
        return Note::new(tone, explained.what).line(intact).line(explained.remedy);
    }
    // Those that an earlier run has told are not told again, and are no better for it.
    let earlier = run.connexion.state.failing().saturating_sub(failed);
    if failed + earlier > 0 {
        let failed = failed + earlier;
        let headline = words::partly(in_document.saturating_sub(failed), failed);
        let told = if earlier > 0 { words::EARLIER } else { "" };
        return Note::new(Tone::Warning, headline).line(words::kept(failed)).line(told).line(when);
    }
    if outcome.last_action.is_none() {
        let since = run.connexion.state.last_run.as_ref().map(|last| moments::moment(last.at, app.now()));
        return Note::new(Tone::Success, words::nothing_new(since.as_deref())).line(when);
    }
    let table = run.connexion.mapping.table(&TableKey::Dossiers).map(|table| table.name.as_str());
    Note::new(Tone::Success, words::up_to_date(in_document, table)).line(when)
}

/// Dossiers that are as they were: those that DS had no news of are not even read.
fn unchanged(run: &Run, outcome: &Outcome) -> usize {
    let report = &outcome.report;
    match &run.connexion.state.last_run {
        Some(last) if outcome.stop.is_none() => {
            let others = report.added + report.updated + report.marked + run.connexion.state.failing();
            last.dossiers.saturating_sub(others)
        }
        _ => report.unchanged,
    }
}

fn counts(run: &Run, outcome: &Outcome) -> View {
    // What was read and could not be written is no figure of what was done.
    if outcome.stop.is_some() && outcome.last_action.is_none() {
        return View::NOTHING;
    }
    let report = &outcome.report;
    let mut figures =
        vec![(words::counts::ADDED, report.added), (words::counts::UPDATED, report.updated), (words::counts::UNCHANGED, unchanged(run, outcome))];
    // Rare: said when there are some.
    figures.extend(
        [(words::counts::FILES, report.files), (words::counts::MARKED, report.marked), (words::counts::REMOVED, report.removed)]
            .into_iter()
            .filter(|(_, figure)| *figure > 0),
    );
    figures.push((words::counts::FAILED, report.failed()));
    let figures = figures.into_iter().map(|(label, figure)| {
        let class = (figure == 0).then_some("zero");
        el("div").class(class).child(el("dt").child(label)).child(el("dd").child(names::figure(figure)))
    });
    let other_rows = words::other_rows(report.rows_added, report.rows_updated, report.rows_removed);
    el("section")
        .attr("aria-label", words::RESULT)
        .child(el("dl").class("counts").child(View::list(figures)))
        .child(other_rows.map(|rows| el("p").class("meta say").child(rows)))
        .into()
}

/// What changed in the forms since their fields were mapped.
fn drift(run: &Run, outcome: &Outcome) -> View {
    let is_alone = run.connexion.siblings.is_empty();
    let forms = outcome.report.drift.iter().map(|form| {
        let is_first = form.demarche == run.connexion.mapping.demarche;
        let all = &form.drift.changes;
        let told = all.iter().take(changes::MOST).map(|change| el("li").child(changes::change(change, is_first)));
        let more = all.len().saturating_sub(changes::MOST);
        let list = el("ul").child(View::list(told)).child((more > 0).then(|| el("li").child(changes::more(more))));
        let headline = if is_alone { changes::TITLE.to_owned() } else { changes::title_of(&form.title) };
        el("div").class("say").child(Note::new(Tone::Information, headline).line(changes::NOTHING_BROKEN).more(list))
    });
    View::list(forms)
}

/// Undo, as long as it means something.
fn way_back(app: App, undo: Undo) -> View {
    let body = match undo {
        Undo::Impossible | Undo::Done => return View::NOTHING,
        Undo::Running => el("p").attr("role", "status").child(words::UNDOING).into(),
        Undo::Failed => Note::new(Tone::Error, words::UNDO_FAILED).line(words::UNDO_FAILED_HELP).into(),
        Undo::Possible => View::from([
            el("p").class("prose").child(words::UNDO_HINT).into(),
            el("p").class("does").child(button("btn", words::UNDO, move || app.undo())).into(),
        ]),
    };
    section("annuler", words::BACK).child(body).into()
}
