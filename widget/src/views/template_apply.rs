//! A template applied to a démarche, and a newer version for a connexion: what is recognised, what is asked, what follows.

use leptos::prelude::*;
use relais_engine::{
    ds::{DemarcheNumber, DescriptorId},
    template::TemplateChange,
};
use web_sys::Event;

use super::templates::{below, refusal, told, waiting};
use crate::{
    app::{Applying, DEMARCHE, Fetched, Library, Place, Shelf, UNANSWERED},
    proxy::WholeTemplate,
    templates::{Fitting, Question, Recognised},
    text::{errors, templates as words, versions},
    ui::{Note, Tone, View, button, el, radio, row, section, table},
};

/// A template, applied to a démarche.
pub(super) fn apply_screen() -> View {
    let library = Library::current();
    let name = move || library.shelf.with(|shelf| shelf.whole.ready().map(|whole| whole.listed.name.clone()).unwrap_or_default());
    let apply = button("btn primary", words::APPLY_NOW, move || library.apply());
    below(library, move || words::apply(&name()), Place::One, name)
        .summary(move || library.shelf.with(summary))
        .actions(apply)
        .child(move || library.shelf.with(|shelf| choice(library, shelf)))
        .child(move || library.shelf.with(|shelf| told(library.app(), shelf)))
        .child(move || library.shelf.with(|shelf| fitted(library, shelf)))
        .into()
}

/// A newer version, for a connexion.
pub(super) fn newer_screen() -> View {
    let library = Library::current();
    let title = move || {
        let of = |whole: &WholeTemplate| words::version_of(whole.listed.version, &whole.listed.name);
        library.shelf.with(|shelf| shelf.whole.ready().map(|whole| of(whole)).unwrap_or_default())
    };
    let stay = move || library.shelf.with(|shelf| followed(shelf).map(words::stay).unwrap_or_default());
    let actions =
        View::from([button("btn", stay, move || library.pass_over()).into(), button("btn primary", words::TAKE_UP, move || library.apply()).into()]);
    below(library, title, Place::Gallery, || words::BACK.to_owned())
        .summary(move || library.shelf.with(summary))
        .actions(actions)
        .child(move || library.shelf.with(note))
        .child(move || library.shelf.with(|shelf| told(library.app(), shelf)))
        .child(move || library.shelf.with(|shelf| difference(library, shelf)))
        .child(move || library.shelf.with(|shelf| fitted(library, shelf)))
        .into()
}

fn summary(shelf: &Shelf) -> String {
    let fitting = shelf.applying.as_ref().and_then(|applying| applying.fitting.as_ref());
    fitting.map(|fitting| words::summary(fitting.recognised().len(), fitting.likely().count(), fitting.open())).unwrap_or_default()
}

/// The version that the connexion follows.
fn followed(shelf: &Shelf) -> Option<i64> {
    shelf.upgrading.as_ref()?.connexion.template.as_ref().map(|followed| followed.version)
}

/// What its team says of a version.
fn note(shelf: &Shelf) -> View {
    let Some(whole) = shelf.whole.ready() else { return View::NOTHING };
    let follows = followed(shelf).map(|version| words::standing_of(version, whole));
    let said = (!whole.template.note.is_empty()).then(|| el("p").class("lead").child(whole.template.note.clone()));
    View::from([el("p").class("sub").child(follows.unwrap_or_default()).into(), said.into()])
}

/// What differs between the connexion and the version.
fn difference(library: Library, shelf: &Shelf) -> View {
    let Some(form) = shelf.applying.as_ref().and_then(|applying| applying.form.ready()) else { return View::NOTHING };
    let Some(taken) = library.app().loaded.with(|loaded| shelf.taken_up(loaded)) else { return View::NOTHING };
    let lines = |changes: &[TemplateChange], said: &dyn Fn(&TemplateChange) -> String| {
        el("ul").class("prose").child(View::list(changes.iter().map(|change| el("li").child(said(change)))))
    };
    let (changes, kept) = (&taken.difference.changes, &taken.difference.kept);
    let none = changes.is_empty().then(|| el("p").class("prose").child(words::NO_CHANGE));
    let said = (!changes.is_empty()).then(|| lines(changes, &|change| versions::change(change, form)));
    let kept = (!kept.is_empty()).then(|| {
        let lines = lines(kept, &|change| versions::kept(change, form));
        section("gardes", words::KEPT).child(el("p").class("sub").child(words::KEPT_MORE)).child(lines)
    });
    View::from([section("apporte", words::CHANGES).child(none).child(said).into(), kept.into()])
}

/// The démarches of the team.
fn choice(library: Library, shelf: &Shelf) -> View {
    let app = library.app();
    let listed = match app.demarches.get() {
        Fetched::Pending => return waiting(),
        Fetched::Failed(error) => return refusal(app, &error).into(),
        Fetched::Ready(listed) => listed,
    };
    let chosen = shelf.applying.as_ref().map(|applying| applying.number);
    let option = |value: String, label: String, is_chosen: bool| el("option").attr("value", value).prop("selected", is_chosen).child(label);
    let mut options = vec![option(String::new(), words::CHOOSE.to_owned(), chosen.is_none()).into()];
    for listed in listed {
        let label = words::demarche(listed.number.get(), listed.title.as_deref().unwrap_or_default());
        options.push(option(listed.number.to_string(), label, chosen == Some(listed.number)).into());
    }
    let on_change = move |event: Event| match event_target_value(&event).parse::<i64>().ok().and_then(|number| DemarcheNumber::new(number).ok()) {
        Some(number) => library.fit(number),
        None => library.set(|shelf| shelf.applying = None),
    };
    let list = el("select").id(DEMARCHE).on("change", on_change).child(options);
    let is_connected = chosen
        .is_some_and(|number| app.loaded.with(|loaded| loaded.connexions.iter().any(|connexion| connexion.demarches().any(|known| known == number))));
    let hint = is_connected.then(|| el("p").class("hint").child(words::CONNECTED));
    el("div").class("field wide say").child(el("label").attr("for", DEMARCHE).child(words::TO_WHICH)).child(list).child(hint).into()
}

/// What of the template the démarche has.
fn fitted(library: Library, shelf: &Shelf) -> View {
    if let Fetched::Failed(error) = &shelf.whole {
        return refusal(library.app(), error).into();
    }
    let Some(Applying { number, form, fitting }) = &shelf.applying else { return View::NOTHING };
    if let Fetched::Failed(error) = form {
        let explained = errors::source(error, Some(*number), library.app().now());
        return Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy).into();
    }
    let Some(fitting) = fitting else {
        return el("p").class("sub").attr("role", "status").child(words::READING).into();
    };
    let is_new = shelf.upgrading.is_none();
    let (recognised, missing) = (fitting.recognised(), fitting.missing());
    let [known, checked, asked, absent] = words::COUNTS;
    let likely = fitting.likely().count();
    let mut numbers = vec![(known, recognised.len()), (checked, likely), (asked, fitting.open()), (absent, missing.len())];
    numbers.retain(|(label, number)| *label != checked || *number > 0);
    let count = |(label, number): (&'static str, usize)| {
        let number = relais_engine::words::figure(number);
        el("div").child(el("dt").child(label)).child(el("dd").child(number))
    };
    let counts = el("dl").class("counts").child(View::list(numbers.into_iter().map(count)));
    let same = fitting.is_same_demarche().then(|| el("p").class("prose say").child(words::SAME));
    let after = is_new.then(|| el("p").class("prose say").child(words::APPLY_MORE));
    View::from([
        el("div").class("block").child(counts).child(same).child(after).into(),
        questions(library, fitting),
        lost(shelf, &missing),
        recognised_fields(&recognised),
    ])
}

/// What the agent must say; then what the agent may correct.
fn questions(library: Library, fitting: &Fitting) -> View {
    let first = fitting.asked().position(|question| question.answer.is_none());
    let asked = fitting.asked().enumerate().map(|(place, asked)| question(library, format!("question-{place}"), first == Some(place), asked));
    let asked: Vec<View> = asked.collect();
    let likely: Vec<View> = fitting.likely().enumerate().map(|(place, asked)| question(library, format!("verifier-{place}"), false, asked)).collect();
    let part = |id: &'static str, title: String, more: &'static str, lines: Vec<View>| {
        (!lines.is_empty()).then(|| section(id, title).child(el("p").class("sub").child(more)).child(lines))
    };
    let checked = words::to_check(likely.len());
    let more = if fitting.open() > 0 { words::QUESTIONS_MORE } else { words::ANSWERED };
    View::from([
        part("questions", words::questions(fitting.open()), more, asked).into(),
        part("a-verifier", checked, words::TO_CHECK_MORE, likely).into(),
    ])
}

/// A field that is asked about: the fields that it may be, or none.
fn question(library: Library, name: String, is_first_open: bool, asked: &Question) -> View {
    let hint_id = format!("{name}-aide");
    let option = |answer: Option<DescriptorId>, label: View| {
        let (is_chosen, field) = (asked.answer.as_ref() == Some(&answer), asked.id.clone());
        let choose = move || library.answer(&field, Some(answer.clone()));
        el("label").class("opt").child(radio("question", move || is_chosen, choose).attr("name", name.clone())).child(label).into()
    };
    let mut options: Vec<View> = Vec::with_capacity(asked.possible.len() + 1);
    for possible in &asked.possible {
        let why = el("span").class("hint").child(words::possible(possible));
        options.push(option(Some(possible.id.clone()), el("span").child(possible.label.clone()).child(why).into()));
    }
    options.push(option(None, el("span").child(words::NONE).into()));
    el("fieldset")
        .key(asked.id.as_str().to_owned())
        .id(is_first_open.then_some(UNANSWERED))
        .attr("tabindex", is_first_open.then_some("-1"))
        .attr("aria-describedby", hint_id.clone())
        .child(el("legend").child(asked.label.clone()))
        .child(el("p").class("hint").id(hint_id).child(words::asked(asked)))
        .child(el("div").class("opts").child(options))
        .into()
}

/// What the démarche lacks, and what follows.
fn lost(shelf: &Shelf, missing: &[String]) -> View {
    let applied = shelf.applied().map(|(applied, _)| applied);
    let wider = applied.as_ref().filter(|applied| applied.is_wider()).map(|_| Note::new(Tone::Warning, words::WIDER).line(words::WIDER_MORE));
    let missing = (!missing.is_empty()).then(|| {
        let lines = el("ul").class("prose").child(View::list(missing.iter().map(|label| el("li").child(label.clone()))));
        section("absents", words::MISSING).child(el("p").class("sub").child(words::MISSING_MORE)).child(lines)
    });
    // What is not answered yet is not left out yet.
    let is_open = shelf.applying.as_ref().and_then(|applying| applying.fitting.as_ref()).is_none_or(|fitting| fitting.open() > 0);
    let left_out =
        applied.filter(|applied| !is_open && !applied.left_out.is_empty()).map(|applied| el("p").class("prose say").child(words::left_out(&applied)));
    View::from([wider.into(), missing.into(), left_out.into()])
}

/// What was recognised, folded away.
fn recognised_fields(fields: &[Recognised]) -> View {
    if fields.is_empty() {
        return View::NOTHING;
    }
    let line = |field: &Recognised| {
        let cells = vec![field.theirs.clone().into(), words::grounds(field.grounds).into()];
        row("", field.ours.clone(), &words::RECOGNISED_HEADS, cells)
    };
    let count = el("span").class("meta").child(words::recognised(fields.len()));
    let summary = el("summary").child(el("span").child(el("b").child(words::RECOGNISED)).child(" ").child(count));
    let lines = fields.iter().map(line).collect();
    el("details").class("more block").child(summary).child(table(words::RECOGNISED, &words::RECOGNISED_HEADS, false, lines)).into()
}
