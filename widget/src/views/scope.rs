//! Which dossiers are followed, and what becomes of the others: a panel of the screen Champs.

use std::collections::BTreeSet;

use leptos::prelude::*;
use relais_engine::{
    Day,
    ds::{Demarche, DossierState},
    mapping::{Fate, Keeping, Scope},
    words as names,
};

use crate::{
    app::App,
    selection::Selection,
    text::scope as words,
    ui::{Note, Tone, view},
};

/// A tick, and what it is for.
fn tick(label: String, is_ticked: Memo<bool>, on_toggle: impl Fn() + 'static) -> AnyView {
    view! {
        <label class="opt">
            <input type="checkbox" prop:checked=move || is_ticked.get() on:change=move |_| on_toggle() />
            <span>{label}</span>
        </label>
    }
}

/// One of several, which exclude each other.
fn radio(name: &'static str, label: &'static str, hint: &'static str, is_chosen: Memo<bool>, on_choose: impl Fn() + 'static) -> AnyView {
    view! {
        <label class="opt">
            <input type="radio" name=name prop:checked=move || is_chosen.get() on:change=move |_| on_choose() />
            <span>{label} {(!hint.is_empty()).then(|| view! { <span class="hint">{hint}</span> })}</span>
        </label>
    }
}

fn group(legend: &'static str, choices: Vec<AnyView>) -> AnyView {
    view! {
        <fieldset>
            <legend>{legend}</legend>
            <div class="opts">{choices}</div>
        </fieldset>
    }
}

/// A day, typed or picked; none when it is emptied.
fn day(label: &'static str, shown: Memo<String>, on_change: impl Fn(Option<Day>) + 'static) -> AnyView {
    view! {
        <label class="line mid nowrap">
            {label}
            <input type="date" prop:value=move || shown.get() on:change=move |event| on_change(Day::parse(&event_target_value(&event)).ok()) />
        </label>
    }
}

/// The panel.
pub(super) fn panel(app: App, selection: RwSignal<Selection>) -> impl IntoView {
    let (groupes, labels) = app.chosen.with_untracked(|chosen| {
        let form: Option<&Demarche> = chosen.as_ref().and_then(|chosen| chosen.form.ready()).map(|form| &**form);
        let groupes = form.map(|form| form.groupe_instructeurs.iter().map(|groupe| (groupe.number, groupe.label.clone())).collect::<Vec<_>>());
        let labels = form.map(|form| form.labels.iter().map(|label| (label.id.clone(), label.name.clone())).collect::<Vec<_>>());
        (groupes.unwrap_or_default(), labels.unwrap_or_default())
    });
    let change = move |change: &dyn Fn(&mut Scope)| selection.update(|selection| change(&mut selection.scope));
    let keep = move |change: &dyn Fn(&mut Keeping)| selection.update(|selection| change(&mut selection.keeping));
    let states = DossierState::ALL.iter().map(|&state| {
        let is_ticked = Memo::new(move |_| selection.with(|selection| is_one_of(&selection.scope.states, &state)));
        tick(names::state(state).to_owned(), is_ticked, move || change(&|scope| toggle(&mut scope.states, state, DossierState::ALL)))
    });
    let states: Vec<AnyView> = states.collect();
    let all_groupes: Vec<i64> = groupes.iter().map(|(number, _)| *number).collect();
    let groupes: Vec<AnyView> = groupes
        .into_iter()
        .map(|(number, label)| {
            let all = all_groupes.clone();
            let is_ticked = Memo::new(move |_| selection.with(|selection| is_one_of(&selection.scope.groupes, &number)));
            tick(label, is_ticked, move || change(&|scope| toggle(&mut scope.groupes, number, &all)))
        })
        .collect();
    let labels: Vec<AnyView> = labels
        .into_iter()
        .map(|(id, name)| {
            let known = id.clone();
            let is_ticked = Memo::new(move |_| selection.with(|selection| selection.scope.labels.contains(&known)));
            tick(name, is_ticked, move || {
                change(&|scope| {
                    if !scope.labels.remove(&id) {
                        scope.labels.insert(id.clone());
                    }
                });
            })
        })
        .collect();
    let archived = words::ARCHIVED_LIST.map(|(value, label)| {
        let is_chosen = Memo::new(move |_| selection.with(|selection| selection.scope.archived == value));
        radio("archives", label, "", is_chosen, move || change(&|scope| scope.archived = value))
    });
    let fates = move |name, list: [(Fate, &'static str, &'static str); 2], of: fn(&mut Keeping) -> &mut Fate| {
        list.map(|(fate, label, hint)| {
            let is_chosen = Memo::new(move |_| {
                let mut keeping = selection.with(|selection| selection.keeping);
                *of(&mut keeping) == fate
            });
            radio(name, label, hint, is_chosen, move || keep(&|keeping| *of(keeping) = fate))
        })
    };
    let shown = move |of: fn(&Scope) -> Option<Day>| {
        Memo::new(move |_| selection.with(|selection| of(&selection.scope).map(|day| day.to_string()).unwrap_or_default()))
    };
    let from = day(words::FROM, shown(|scope| scope.from), move |day| change(&|scope| scope.from = day));
    let until = day(words::UNTIL, shown(|scope| scope.until), move |day| change(&|scope| scope.until = day));
    let is_impossible =
        Memo::new(move |_| selection.with(|selection| selection.scope.from.zip(selection.scope.until).is_some_and(|(from, until)| from > until)));
    let summary = Memo::new(move |_| selection.with(|selection| words::summary(&selection.scope)));
    let is_filter = Memo::new(move |_| selection.with(|selection| selection.scope.is_filter()));
    view! {
        <details class="scope say">
            <summary>
                <b>{words::TITLE}</b>
                <span class="meta">{summary}</span>
            </summary>
            <div class="two say">
                <div>
                    {group(words::STATES, states.into_iter().collect())}
                    <fieldset>
                        <legend>{words::DEPOSITED}</legend>
                        <div class="opts inline">{from} {until}</div>
                        {move || is_impossible.get().then(|| view! { <Note tone=Tone::Warning headline=words::NO_DAY /> })}
                    </fieldset>
                    {(groupes.len() > 1).then(|| group(words::GROUPES, groupes))}
                </div>
                <div>
                    {(!labels.is_empty())
                        .then(|| {
                            view! {
                                <fieldset>
                                    <legend>{words::LABELS}</legend>
                                    <p class="hint">{words::LABELS_HINT}</p>
                                    <div class="opts">{labels}</div>
                                </fieldset>
                            }
                        })}
                    {group(words::ARCHIVED, archived.into_iter().collect())}
                    {group(words::OUTSIDE, fates("sortis", words::OUTSIDE_LIST, |keeping| &mut keeping.outside).into_iter().collect())}
                    {group(words::DELETED, fates("supprimes", words::DELETED_LIST, |keeping| &mut keeping.deleted).into_iter().collect())}
                </div>
            </div>
            <p class="say" hidden=move || !is_filter.get()>
                <button class="lk" type="button" on:click=move |_| change(&|scope| *scope = Scope::default())>
                    {words::EVERYTHING}
                </button>
            </p>
        </details>
    }
}

/// Whether a filter lets something through: an empty one lets everything.
fn is_one_of<T: Ord>(chosen: &BTreeSet<T>, value: &T) -> bool {
    chosen.is_empty() || chosen.contains(value)
}

/// Ticks or unticks one of several. All of them, or none, is no filter.
fn toggle<T: Ord + Copy>(chosen: &mut BTreeSet<T>, value: T, all: &[T]) {
    if chosen.is_empty() {
        chosen.extend(all);
    }
    if !chosen.remove(&value) {
        chosen.insert(value);
    }
    if all.iter().all(|value| chosen.contains(value)) {
        chosen.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_none_is_no_filter() {
        let all = [1, 2, 3];
        let mut chosen = BTreeSet::new();
        toggle(&mut chosen, 2, &all);
        assert_eq!(chosen, [1, 3].into());
        assert!(is_one_of(&chosen, &1) && !is_one_of(&chosen, &2));
        toggle(&mut chosen, 2, &all);
        assert!(chosen.is_empty() && is_one_of(&chosen, &2));
        for value in all {
            toggle(&mut chosen, value, &all);
        }
        assert!(chosen.is_empty(), "the last one unticked is everything again");
    }
}
