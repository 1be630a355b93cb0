//! Modèles: what services share with each other.

use leptos::prelude::*;
use relais_engine::{
    ds::{DemarcheNumber, SourceError},
    template::LARGEST,
    words::figure,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, HtmlInputElement};

use super::{template, template_apply, template_save};
use crate::{
    app::{App, Fetched, Library, Place, Shelf, Told},
    memo::memo,
    proxy::{ListedTemplate, Role},
    templates::{Newer, Shown, answers, newer_versions},
    text::{self, errors, templates as words},
    ui::{Element, Header, Icon, Note, Shell, Tone, View, button, choices, el, icon, label_of, link, mark, radio, search},
};

/// The id of the field that takes a file.
const FILE: &str = "modele-fichier";

/// The page, once the widget can work.
pub(super) fn templates_screen() -> View {
    let library = Library::default();
    provide_context(library);
    library.start();
    let place = memo(move || library.place.get());
    View::from(move || {
        let place = place.get();
        untrack(|| match place {
            Place::Gallery => gallery(),
            Place::Save => template_save::save_screen(),
            Place::One => template::template_screen(),
            Place::Apply => template_apply::apply_screen(),
            Place::Newer => template_apply::newer_screen(),
        })
    })
}

/// Whether this person may make templates, share and withdraw them.
pub(super) fn is_owner(app: App) -> bool {
    app.session.with(|session| session.as_ref().is_some_and(|session| session.role == Role::Owner))
}

/// A page below the gallery.
pub(super) fn below(library: Library, title: impl Fn() -> String + 'static, from: Place, label: impl Fn() -> String + 'static) -> Shell {
    let label = View::from([icon(Icon::Back), View::from(label)]);
    let back = el("p").class("line").child(button("lk", label, move || library.go(from)));
    Shell::new(Header::Areas, title).child(back)
}

/// A refusal of the proxy or of DS.
pub(super) fn refusal(app: App, error: &SourceError) -> Note {
    let explained = errors::source(error, None, app.now());
    Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy)
}

/// What became of what was last asked.
pub(super) fn told(app: App, shelf: &Shelf) -> View {
    let note = match &shelf.told {
        Told::Nothing => return View::NOTHING,
        Told::Waiting => return el("p").class("say").attr("role", "status").child(words::WAITING).into(),
        Told::Done(done) => Note::new(Tone::Success, *done),
        Told::Wrong(why) => Note::new(Tone::Error, why.clone()),
        Told::Refused(error) => refusal(app, error),
        Told::Denied(error) => {
            let explained = errors::document(error);
            Note::new(Tone::Error, explained.what).line(explained.remedy)
        }
    };
    el("div").class("say").id("dit").attr("tabindex", "-1").child(note).into()
}

/// Something that is asked for, until it is there.
pub(super) fn waiting() -> View {
    el("p").class("sub").attr("role", "status").child(text::LOADING).into()
}

fn gallery() -> View {
    let library = Library::current();
    let app = library.app();
    let searched = RwSignal::new(String::new());
    let may_create = is_owner(app);
    let actions = may_create.then(|| {
        let create = move || {
            library.set(|shelf| {
                shelf.source = app.loaded.with_untracked(|loaded| match loaded.connexions.as_slice() {
                    [only] => Some(only.id.clone()),
                    _ => None,
                });
                shelf.into = None;
            });
            library.go(Place::Save);
        };
        View::from([import(library), button("btn primary", words::CREATE, create).into()])
    });
    let list = move || library.shelf.with(|shelf| list(library, shelf, searched));
    Shell::new(Header::Areas, || text::TEMPLATES.to_owned())
        .actions(actions)
        .child(el("p").class("sub").child(words::LEAD))
        .child((!may_create).then(|| el("p").class("prose").child(words::EDITOR)))
        .child(move || library.shelf.with(|shelf| told(app, shelf)))
        .child(move || library.shelf.with(|shelf| news(library, shelf)))
        .child(tools(library, searched))
        .child(list)
        .into()
}

/// A button that has the browser ask for a file.
fn import(library: Library) -> View {
    let on_change = move |event: Event| {
        let Some(input) = event.target().and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same one may be chosen again, once it is mended.
        input.set_value("");
        // One byte too many is enough to be told so.
        let start = u32::try_from(LARGEST + 1).ok().and_then(|most| file.slice_with_i32_and_f64(0, most.into()).ok());
        let Some(start) = start else { return library.tell(Told::Wrong(words::UNREADABLE.to_owned())) };
        spawn_local(async move {
            match JsFuture::from(start.array_buffer()).await {
                Ok(buffer) => library.import(&js_sys::Uint8Array::new(&buffer).to_vec()),
                Err(_) => library.tell(Told::Wrong(words::UNREADABLE.to_owned())),
            }
        });
    };
    let choose = move || {
        if let Some(input) = document().get_element_by_id(FILE).and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
            input.click();
        }
    };
    let input = el("input")
        .attr("type", "file")
        .id(FILE)
        .attr("accept", ".json,application/json")
        .attr("aria-label", words::IMPORT)
        .attr("hidden", true)
        .on("change", on_change);
    View::from([input.into(), button("btn", words::IMPORT, choose).attr("title", words::IMPORT_HINT).into()])
}

/// The connexions that can take up a newer version.
fn news(library: Library, shelf: &Shelf) -> View {
    let Some(listed) = shelf.list.ready() else { return View::NOTHING };
    let newer = library.app().loaded.with(|loaded| newer_versions(&loaded.connexions, listed));
    View::list(newer.into_iter().map(|newer| {
        let Newer { title, followed, template, .. } = &newer;
        let note = Note::new(Tone::Information, words::newer(template, title)).line(words::follows(*followed));
        let label = label_of(words::SEE_DIFFERENCE, format!(" {title}"));
        note.more(el("p").child(button("btn", label, move || library.open_newer(newer.clone()))))
    }))
}

/// The démarches that the team reads; none before they are known.
fn read(app: App) -> Option<Vec<DemarcheNumber>> {
    app.demarches.with(|listed| match listed {
        Fetched::Pending => None,
        Fetched::Failed(_) => Some(Vec::new()),
        Fetched::Ready(listed) => Some(listed.iter().map(|listed| listed.number).collect()),
    })
}

/// Search and filters. They stay while the list is asked for anew.
fn tools(library: Library, searched: RwSignal<String>) -> Element {
    let known = memo(move || {
        let read = read(library.app())?;
        library.shelf.with(|shelf| {
            let listed = shelf.list.ready()?;
            let shown = shelf.shown.unwrap_or_else(|| Shown::at_first(listed, &read));
            (!listed.is_empty()).then(|| (shown, Shown::ALL.map(|shown| shown.count(listed, &read))))
        })
    });
    let filters = move || {
        known.get().map(|(chosen, counts)| {
            let filter = |(shown, count): (Shown, usize)| {
                let choose = move || library.set(|shelf| shelf.shown = Some(shown));
                el("label")
                    .child(radio("modeles", move || chosen == shown, choose))
                    .child(words::shown(shown))
                    .child(el("span").class("num").child(figure(count)))
            };
            choices("seg", words::FILTERS, View::list(Shown::ALL.into_iter().zip(counts).map(filter)))
        })
    };
    let field = search("chercher", words::SEARCH, words::SEARCH_HINT, move || searched.get(), move |text| searched.set(text));
    el("div").class("tools say").child(field).child(filters)
}

fn list(library: Library, shelf: &Shelf, searched: RwSignal<String>) -> View {
    let listed = match &shelf.list {
        Fetched::Pending => return waiting(),
        Fetched::Failed(error) => {
            return refusal(library.app(), error).more(el("p").child(link(text::RETRY, move || library.list()))).into();
        }
        Fetched::Ready(listed) => listed,
    };
    if listed.is_empty() {
        return el("section").child(el("h2").child(words::EMPTY)).child(el("p").class("prose").child(words::EMPTY_MORE)).into();
    }
    let Some(read) = read(library.app()) else { return waiting() };
    let shown = shelf.shown.unwrap_or_else(|| Shown::at_first(listed, &read));
    let is_shown = |template: &&ListedTemplate| shown.holds(template, &read) && answers(template, &searched.get());
    let lines: Vec<View> = listed.iter().filter(is_shown).map(|template| line(library, template)).collect();
    let found: View = match (lines.is_empty(), searched.with(String::is_empty)) {
        (false, _) => el("ul").class("rows say").child(lines).into(),
        (true, false) => el("p").attr("role", "status").child(words::NO_MATCH).into(),
        (true, true) => el("p").attr("role", "status").child(words::NONE_SHOWN).into(),
    };
    let others = listed.len() - Shown::ForDemarches.count(listed, &read);
    let others = (shown == Shown::ForDemarches && others > 0).then(|| el("p").class("say meta").child(words::others(others)));
    View::from([found, others.into()])
}

fn line(library: Library, template: &ListedTemplate) -> View {
    let number = template.demarche;
    let is_read = library.app().demarches.with(|listed| listed.ready().is_some_and(|listed| listed.iter().any(|listed| listed.number == number)));
    let stands = if template.is_withdrawn {
        mark("st off", Icon::Information, words::WITHDRAWN)
    } else if is_read {
        mark("st ok", Icon::Check, words::yours(number.get()))
    } else {
        mark("st off", Icon::Information, words::of_demarche(number.get()))
    };
    let id = template.id.clone();
    let see = button("btn", label_of(words::SEE, format!(" {}", template.name)), move || library.open(id.clone()));
    let description = (!template.description.is_empty()).then(|| el("p").child(template.description.clone()));
    let said = el("div").child(el("h2").child(template.name.clone())).child(description).child(el("p").child(stands));
    let size = el("div")
        .class("fact dot")
        .child(el("p").child(words::size(template)))
        .child(" ")
        .child(el("p").class("meta").child(words::standing(template)));
    el("li")
        .key(template.id.clone())
        .class("row cnx")
        .child(said)
        .child(el("div").class("fact").child(el("p").child(words::team(template))))
        .child(size)
        .child(el("div").class("does").child(see))
        .into()
}
