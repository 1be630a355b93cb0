//! Which dossiers are followed, and what becomes of the others: a panel of the screen Champs.

use leptos::prelude::*;
use relais_engine::{
    Day,
    ds::{Demarche, DossierState},
    mapping::{Fate, Keeping, Scope},
    sorted::SortedSet,
    words as names,
};

use crate::{
    app::Choice,
    memo::memo,
    selection::Selection,
    text::scope as words,
    ui::{Element, Note, Tone, View, el, link, radio, tick},
};

/// A tick, and what it is for.
fn option(label: String, is_ticked: Memo<bool>, on_toggle: impl Fn() + 'static) -> Element {
    el("label").class("opt").child(tick(move || is_ticked.get(), move |_| on_toggle())).child(el("span").child(label))
}

/// One of several, which exclude each other.
fn alternative(name: &'static str, label: &'static str, hint: &'static str, is_chosen: Memo<bool>, on_choose: impl Fn() + 'static) -> Element {
    let hint = (!hint.is_empty()).then(|| el("span").class("hint").child(hint));
    let said = el("span").child(label).child(hint);
    el("label").class("opt").child(radio(name, move || is_chosen.get(), on_choose)).child(said)
}

fn group(legend: &'static str, choices: impl IntoIterator<Item = Element>) -> Element {
    el("fieldset").child(el("legend").child(legend)).child(el("div").class("opts").child(View::list(choices)))
}

/// A day, typed or picked; none when it is emptied.
fn day(label: &'static str, shown: Memo<String>, on_change: impl Fn(Option<Day>) + 'static) -> Element {
    let input = el("input")
        .attr("type", "date")
        .prop("value", move || shown.get())
        .on("change", move |event| on_change(Day::parse(&event_target_value(&event)).ok()));
    el("label").class("line mid nowrap").child(label).child(input)
}

/// The panel.
pub(super) fn panel(choice: Choice, selection: RwSignal<Selection>) -> Element {
    let (groupes, labels) = choice.chosen.with_untracked(|chosen| {
        let form: Option<&Demarche> = chosen.as_ref().and_then(|chosen| chosen.form.ready()).map(|form| &**form);
        let groupes = form.map(|form| form.groupe_instructeurs.iter().map(|groupe| (groupe.number, groupe.label.clone())).collect::<Vec<_>>());
        let labels = form.map(|form| form.labels.iter().map(|label| (label.id.clone(), label.name.clone())).collect::<Vec<_>>());
        (groupes.unwrap_or_default(), labels.unwrap_or_default())
    });
    let change = move |change: &dyn Fn(&mut Scope)| selection.update(|selection| change(&mut selection.scope));
    let keep = move |change: &dyn Fn(&mut Keeping)| selection.update(|selection| change(&mut selection.keeping));
    let states = DossierState::ALL.iter().map(|&state| {
        let is_ticked = memo(move || selection.with(|selection| is_one_of(&selection.scope.states, &state)));
        option(names::state(state).to_owned(), is_ticked, move || change(&|scope| toggle(&mut scope.states, state, DossierState::ALL)))
    });
    let states: Vec<Element> = states.collect();
    let all_groupes: Vec<i64> = groupes.iter().map(|(number, _)| *number).collect();
    let groupes: Vec<Element> = groupes
        .into_iter()
        .map(|(number, label)| {
            let all = all_groupes.clone();
            let is_ticked = memo(move || selection.with(|selection| is_one_of(&selection.scope.groupes, &number)));
            option(label, is_ticked, move || change(&|scope| toggle(&mut scope.groupes, number, &all)))
        })
        .collect();
    let labels: Vec<Element> = labels
        .into_iter()
        .map(|(id, name)| {
            let known = id.clone();
            let is_ticked = memo(move || selection.with(|selection| selection.scope.labels.contains(&known)));
            option(name, is_ticked, move || {
                change(&|scope| flip(&mut scope.labels, id.clone()));
            })
        })
        .collect();
    let archived = words::ARCHIVED_LIST.map(|(value, label)| {
        let is_chosen = memo(move || selection.with(|selection| selection.scope.archived == value));
        alternative("archives", label, "", is_chosen, move || change(&|scope| scope.archived = value))
    });
    let fates = move |name, list: [(Fate, &'static str, &'static str); 2], of: fn(&mut Keeping) -> &mut Fate| {
        list.map(|(fate, label, hint)| {
            let is_chosen = memo(move || {
                let mut keeping = selection.with(|selection| selection.keeping);
                *of(&mut keeping) == fate
            });
            alternative(name, label, hint, is_chosen, move || keep(&|keeping| *of(keeping) = fate))
        })
    };
    let shown = move |of: fn(&Scope) -> Option<Day>| {
        memo(move || selection.with(|selection| of(&selection.scope).map(|day| day.to_string()).unwrap_or_default()))
    };
    let from = day(words::FROM, shown(|scope| scope.from), move |day| change(&|scope| scope.from = day));
    let until = day(words::UNTIL, shown(|scope| scope.until), move |day| change(&|scope| scope.until = day));
    let is_impossible =
        memo(move || selection.with(|selection| selection.scope.from.zip(selection.scope.until).is_some_and(|(from, until)| from > until)));
    let summary = memo(move || selection.with(|selection| words::summary(&selection.scope)));
    let is_filter = memo(move || selection.with(|selection| selection.scope.is_filter()));
    let deposited = el("fieldset")
        .child(el("legend").child(words::DEPOSITED))
        .child(el("div").class("opts inline").child(from).child(until))
        .child(move || is_impossible.get().then(|| Note::new(Tone::Warning, words::NO_DAY)));
    let labelled = (!labels.is_empty()).then(|| {
        el("fieldset")
            .child(el("legend").child(words::LABELS))
            .child(el("p").class("hint").child(words::LABELS_HINT))
            .child(el("div").class("opts").child(View::list(labels)))
    });
    let dossiers = el("div").child(group(words::STATES, states)).child(deposited).child((groupes.len() > 1).then(|| group(words::GROUPES, groupes)));
    let others = el("div")
        .child(labelled)
        .child(group(words::ARCHIVED, archived))
        .child(group(words::OUTSIDE, fates("sortis", words::OUTSIDE_LIST, |keeping| &mut keeping.outside)))
        .child(group(words::DELETED, fates("supprimes", words::DELETED_LIST, |keeping| &mut keeping.deleted)));
    let everything = link(words::EVERYTHING, move || change(&|scope| *scope = Scope::default()));
    el("details")
        .class("scope say")
        .child(el("summary").child(el("b").child(words::TITLE)).child(el("span").class("meta").child(move || summary.get())))
        .child(el("div").class("two say").child(dossiers).child(others))
        .child(el("p").class("say").attr("hidden", move || !is_filter.get()).child(everything))
}

/// Whether a filter lets something through: an empty one lets everything.
fn is_one_of<T: Ord>(chosen: &SortedSet<T>, value: &T) -> bool {
    chosen.is_empty() || chosen.contains(value)
}

/// Puts in what is not there, and takes out what is.
fn flip<T: Ord>(chosen: &mut SortedSet<T>, value: T) {
    if !chosen.remove(&value) {
        chosen.insert(value);
    }
}

/// Ticks or unticks one of several. All of them, or none, is no filter.
fn toggle<T: Ord + Copy>(chosen: &mut SortedSet<T>, value: T, all: &[T]) {
    if chosen.is_empty() {
        chosen.extend(all.iter().copied());
    }
    flip(chosen, value);
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
        let mut chosen = SortedSet::new();
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
