//! Step 3: a run, as it goes.

use std::cmp::Ordering;

use leptos::prelude::*;
use relais_engine::sync::Phase;

use super::run_result::run_result;
use crate::{
    app::{App, Run, Screen, Stage},
    memo::memo,
    pace::quarter,
    text::{moments, run as words},
    ui::{Header, Icon, Note, Shell, Tone, View, button, el, icon, section},
};

/// The screen Synchronisation.
pub(super) fn run_screen() -> View {
    let app = App::current();
    // Drawn anew when a run starts or ends, not at each of its steps.
    let stage = memo(move || app.run.with(|run| run.as_ref().map(|run| (run.started_at, run.stage != Stage::Running))));
    View::from(move || match stage.get() {
        None => {
            app.go(Screen::Home);
            View::NOTHING
        }
        Some((_, false)) => running(app),
        Some((_, true)) => run_result(app),
    })
}

fn of<T: Default + PartialEq + Send + Sync + 'static>(app: App, read: fn(&Run) -> T) -> Memo<T> {
    memo(move || app.run.with(|run| run.as_ref().map(read).unwrap_or_default()))
}

/// Which step a run is at, from 0.
const fn step(phase: Phase) -> usize {
    match phase {
        Phase::Form => 0,
        Phase::Structure => 1,
        Phase::Dossiers | Phase::Waiting { .. } => 2,
    }
}

fn running(app: App) -> View {
    let title = of(app, |run| run.connexion.mapping.title.clone());
    let read = of(app, |run| {
        let (read, place) = (words::read_of(run.progress.read, run.progress.total), run.progress.demarche + 1);
        if run.progress.demarches > 1 { words::of_demarche(place, run.progress.demarches, &read) } else { read }
    });
    let pace = of(app, |run| {
        let left = run.progress.total.and_then(|total| run.pace.seconds_left(total));
        run.pace.per_second().map(|rate| words::pace(rate, left)).unwrap_or_default()
    });
    let total = of(app, |run| run.progress.total);
    let value = of(app, |run| run.progress.read);
    let aloud = of(app, |run| quarter(run.progress.read, run.progress.total.unwrap_or_default()));
    let is_stopping = of(app, |run| run.is_stopping);
    let waiting = of(app, |run| match run.progress.phase {
        Phase::Waiting { until } => Some(words::waiting(&moments::time(until))),
        _ => None,
    });
    let failed = of(app, |run| run.progress.failed);
    let written = of(app, |run| run.progress.written);
    let files = of(app, |run| run.progress.files);
    let stop = button("btn", move || if is_stopping.get() { words::STOPPING } else { words::STOP }, move || app.stop())
        .attr("disabled", move || is_stopping.get());
    let present = of(app, |run| step(run.progress.phase));
    let steps = words::STEP_LIST.into_iter().enumerate().map(|(index, label)| {
        let picture = move || {
            icon(match present.get().cmp(&index) {
                Ordering::Greater => Icon::Check,
                Ordering::Equal => Icon::Running,
                Ordering::Less => Icon::Clock,
            })
        };
        el("li")
            .class(move || (index > present.get()).then_some("off"))
            .attr("aria-current", move || (index == present.get()).then_some("step"))
            .child(picture)
            .child(el("span").child(label))
    });
    let steps = View::list(steps);
    let bar = el("progress")
        .id("avancement")
        .attr("max", move || total.get().map(|total| total.max(value.get()).max(1).to_string()))
        .attr("value", move || total.get().map(|_| value.get().to_string()))
        .child(move || read.get());
    let progress = el("section")
        .class("progress")
        .attr("aria-label", words::PROGRESS)
        .child(
            el("p")
                .class("line spread")
                .child(el("label").attr("for", "avancement").child(el("b").class("num").child(move || read.get())))
                .child(el("span").class("meta num").child(move || pace.get())),
        )
        .child(bar)
        .child(el("p").class("vh").attr("role", "status").child(move || words::quarter(aloud.get())))
        .child(move || waiting.get().map(|waiting| Note::new(Tone::Warning, waiting)))
        .child(
            el("dl")
                .class("facts num")
                .child(el("dt").child(words::WRITTEN))
                .child(el("dd").child(move || relais_engine::words::figure(written.get())))
                // Rare: said when there are some.
                .child(move || {
                    (files.get() > 0)
                        .then(|| View::from([el("dt").child(words::COPIED).into(), el("dd").child(relais_engine::words::figure(files.get())).into()]))
                })
                .child(el("dt").child(words::FAILING))
                .child(el("dd").child(move || relais_engine::words::figure(failed.get()))),
        );
    Shell::new(Header::Steps(3), || words::RUNNING.to_owned())
        .summary(move || read.get())
        .actions(stop)
        .child(el("p").class("sub").child(move || title.get()))
        .child(progress)
        .child(section("etapes", words::STEPS).child(el("ol").class("todo").child(steps)))
        .child(el("p").class("prose block").child(words::LEAVING))
        .into()
}
