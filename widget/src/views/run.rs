//! Step 3: a run, as it goes.

use leptos::prelude::*;
use relais_engine::sync::Phase;

use super::run_result::RunResult;
use crate::{
    app::{App, Run, Screen, Stage},
    pace::quarter,
    text::{moments, run as words},
    ui::{Header, Icon, Note, Shell, Tone, icon, view},
};

/// The screen Synchronisation.
#[component]
pub(super) fn RunScreen() -> impl IntoView {
    let app = App::current();
    // Drawn anew when a run starts or ends, not at each of its steps.
    let stage = Memo::new(move |_| app.run.with(|run| run.as_ref().map(|run| (run.started_at, run.stage != Stage::Running))));
    move || match stage.get() {
        None => {
            app.go(Screen::Home);
            ().into_any()
        }
        Some((_, false)) => view! { <Running /> },
        Some((_, true)) => view! { <RunResult /> },
    }
}

fn of<T: Default + PartialEq + Send + Sync + 'static>(app: App, read: fn(&Run) -> T) -> Memo<T> {
    Memo::new(move |_| app.run.with(|run| run.as_ref().map(read).unwrap_or_default()))
}

/// How far each step of a run is.
#[derive(Clone, Copy, PartialEq)]
enum StepState {
    Done,
    Going,
    ToCome,
}

const fn step_state(step: usize, phase: Phase) -> StepState {
    let present = match phase {
        Phase::Form => 0,
        Phase::Structure => 1,
        Phase::Dossiers | Phase::Waiting { .. } => 2,
    };
    if step < present {
        StepState::Done
    } else if step == present {
        StepState::Going
    } else {
        StepState::ToCome
    }
}

#[component]
fn Running() -> impl IntoView {
    let app = App::current();
    let title = of(app, |run| run.connexion.mapping.title.clone());
    let read = of(app, |run| words::read_of(run.progress.read, run.progress.total));
    let pace = of(app, |run| {
        let left = run.progress.total.and_then(|total| run.pace.seconds_left(total));
        run.pace.per_second().map(|rate| words::pace(rate, left)).unwrap_or_default()
    });
    let total = of(app, |run| run.progress.total);
    let value = of(app, |run| run.progress.read);
    let aloud = of(app, |run| quarter(run.progress.read, run.progress.total.unwrap_or_default()));
    let is_stopping = of(app, |run| run.is_stopping);
    let waiting = Memo::new(move |_| {
        app.run.with(|run| match run.as_ref()?.progress.phase {
            Phase::Waiting { until } => Some(words::waiting(&moments::time(until))),
            _ => None,
        })
    });
    let failed = of(app, |run| run.progress.failed);
    let written = of(app, |run| run.progress.written);
    let files = of(app, |run| run.progress.files);
    let stop = move || {
        let text = move || if is_stopping.get() { words::STOPPING } else { words::STOP };
        view! {
            <button class="btn" type="button" disabled=move || is_stopping.get() on:click=move |_| app.stop()>
                {text}
            </button>
        }
    };
    let steps = words::STEP_LIST
        .into_iter()
        .enumerate()
        .map(|(index, label)| {
            let state = Memo::new(move |_| app.run.with(|run| run.as_ref().map_or(StepState::ToCome, |run| step_state(index, run.progress.phase))));
            let picture = move || {
                icon(match state.get() {
                    StepState::Done => Icon::Check,
                    StepState::Going => Icon::Running,
                    StepState::ToCome => Icon::Clock,
                })
            };
            view! {
                <li class:off=move || state.get() == StepState::ToCome aria-current=move || (state.get() == StepState::Going).then_some("step")>
                    {picture}
                    <span>{label}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Shell header=Header::Steps(3) title=words::RUNNING.to_owned() summary=read actions=stop>
            <p class="sub">{title}</p>
            <section class="progress" aria-label=words::PROGRESS>
                <p class="line spread">
                    <label for="avancement">
                        <b class="num">{read}</b>
                    </label>
                    <span class="meta num">{pace}</span>
                </p>
                <progress
                    id="avancement"
                    max=move || total.get().map(|total| total.max(value.get()).max(1).to_string())
                    value=move || total.get().map(|_| value.get().to_string())
                >
                    {read}
                </progress>
                <p class="vh" role="status">
                    {move || words::quarter(aloud.get())}
                </p>
                {move || waiting.get().map(|waiting| view! { <Note tone=Tone::Warning headline=waiting /> })}
                <dl class="facts num">
                    <dt>{words::WRITTEN}</dt>
                    <dd>{move || relais_engine::words::figure(written.get())}</dd>
                    // Rare: said when there are some.
                    {move || (files.get() > 0).then(|| view! {
                        <dt>{words::COPIED}</dt>
                        <dd>{relais_engine::words::figure(files.get())}</dd>
                    })}
                    <dt>{words::FAILING}</dt>
                    <dd>{move || relais_engine::words::figure(failed.get())}</dd>
                </dl>
            </section>
            <section aria-labelledby="etapes">
                <h2 id="etapes">{words::STEPS}</h2>
                <ol class="todo">{steps}</ol>
            </section>
            <p class="prose block">{words::LEAVING}</p>
        </Shell>
    }
}
