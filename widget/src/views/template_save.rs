//! A connexion of the document, saved as a template or as the next version of one.

use leptos::prelude::*;
use relais_engine::sync::Connexion;

use super::templates::{below, told};
use crate::{
    app::{Library, Place, Shelf, Told},
    proxy::ListedTemplate,
    text::templates as words,
    ui::{Note, Tone, View, button, el, focus, radio, typed},
};

const FORM: &str = "modele";
const NAME: &str = "modele-nom";
const DESCRIPTION: &str = "modele-description";
const VERSION_NOTE: &str = "modele-note";

pub(super) fn save_screen() -> View {
    let library = Library::current();
    let has_connexions = library.app().loaded.with_untracked(|loaded| !loaded.connexions.is_empty());
    let label = move || library.shelf.with(|shelf| if shelf.into.is_some() { words::SAVE_VERSION } else { words::SAVE });
    let save = has_connexions.then(|| button("btn primary", label, move || send(library)));
    below(library, || words::CREATE.to_owned(), Place::Gallery, || words::BACK.to_owned())
        .actions(save)
        .child(el("p").class("sub").child(words::LEAD))
        .child(move || library.shelf.with(|shelf| told(library.app(), shelf)))
        .child(move || library.shelf.with(|shelf| body(library, shelf)))
        .into()
}

/// The templates whose next version a connexion can be: those of the team for the same démarche.
fn own(shelf: &Shelf, connexion: &Connexion) -> Vec<ListedTemplate> {
    let listed = shelf.list.ready().map(Vec::as_slice).unwrap_or_default();
    let is_next = |template: &&ListedTemplate| {
        let follows = connexion.template.as_ref().is_some_and(|followed| followed.id == template.id);
        template.is_own && !template.is_withdrawn && (follows || template.demarche == connexion.mapping.demarche)
    };
    listed.iter().filter(is_next).cloned().collect()
}

fn send(library: Library) {
    let chosen = library.shelf.with_untracked(|shelf| {
        let connexion = shelf.source.as_ref().and_then(|id| library.app().connexion(id))?;
        let into = own(shelf, &connexion).into_iter().find(|template| Some(&template.id) == shelf.into.as_ref());
        Some((connexion, into))
    });
    let Some((connexion, into)) = chosen else {
        library.tell(Told::Wrong(words::UNCHOSEN.to_owned()));
        return focus("connexion-0", "");
    };
    let name = typed(NAME);
    if name.trim().is_empty() {
        library.tell(Told::Wrong(words::NAMELESS.to_owned()));
        return focus(NAME, "");
    }
    let note = if into.is_some() { typed(VERSION_NOTE) } else { String::new() };
    library.keep(connexion, into, name, typed(DESCRIPTION), note);
}

fn option(input: crate::ui::Element, label: String, hint: Option<String>) -> View {
    let hint = hint.map(|hint| el("span").class("hint").child(hint));
    el("label").class("opt").child(input).child(el("span").child(label).child(hint)).into()
}

fn body(library: Library, shelf: &Shelf) -> View {
    let connexions = library.app().loaded.with(|loaded| loaded.connexions.clone());
    if connexions.is_empty() {
        return Note::new(Tone::Information, words::NO_CONNEXION).line(words::NO_CONNEXION_MORE).into();
    }
    let one = |(place, connexion): (usize, &Connexion)| {
        let (is_chosen, id) = (shelf.source.as_ref() == Some(&connexion.id), connexion.id.clone());
        let choose = move || {
            library.set(|shelf| {
                shelf.source = Some(id.clone());
                shelf.into = None;
            });
        };
        let input = radio("connexion", move || is_chosen, choose).id(format!("connexion-{place}"));
        option(input, connexion.mapping.title.clone(), Some(words::connexion(connexion)))
    };
    let legend = |legend: &'static str, options: View| el("fieldset").child(el("legend").child(legend)).child(el("div").class("opts").child(options));
    let of_which = legend(words::OF_WHICH, View::list(connexions.iter().enumerate().map(one)));
    let chosen = connexions.iter().find(|connexion| Some(&connexion.id) == shelf.source.as_ref());
    let own = chosen.map(|connexion| own(shelf, connexion)).unwrap_or_default();
    let into = own.iter().find(|template| Some(&template.id) == shelf.into.as_ref());
    let as_which = (!own.is_empty()).then(|| {
        let choose = |id: Option<String>| {
            let is_chosen = shelf.into == id;
            radio("modele-cible", move || is_chosen, move || library.set(|shelf| shelf.into.clone_from(&id)))
        };
        let mut options = vec![option(choose(None), words::NEW.to_owned(), None)];
        options.extend(own.iter().map(|template| option(choose(Some(template.id.clone())), words::next_of(template), None)));
        legend(words::INTO, options.into())
    });
    // Another template has other words: what is typed is of the one that was chosen then.
    let key = into.map(|template| format!("{}-{}", template.id, template.version)).unwrap_or_default();
    let known = |of: fn(&ListedTemplate) -> &String| into.map(|template| of(template).clone()).unwrap_or_default();
    let note = into.is_some().then(|| field(VERSION_NOTE, words::NOTE, words::NOTE_HINT, String::new(), ""));
    let form = crate::ui::form(FORM, move || send(library))
        .child(of_which)
        .child(as_which)
        .child(field(NAME, words::NAME, words::NAME_HINT, known(|template| &template.name), &key))
        .child(field(DESCRIPTION, words::DESCRIPTION, words::DESCRIPTION_HINT, known(|template| &template.description), &key))
        .child(note);
    el("div").class("say").child(form).into()
}

/// A field. What is typed stays in it: it is read as the form is sent.
fn field(id: &'static str, label: &'static str, hint: &'static str, value: String, key: &str) -> View {
    let hint_id = [id, "-aide"].concat();
    let longest = if id == NAME { "300" } else { "2000" };
    let input = el("input")
        .key(key.to_owned())
        .id(id)
        .attr("type", "text")
        .attr("value", value)
        .attr("autocomplete", "off")
        .attr("maxlength", longest)
        .attr("aria-describedby", hint_id.clone());
    let label = el("label").attr("for", id).child(label);
    el("div").class("field").child(label).child(el("p").class("hint").id(hint_id).child(hint)).child(input).into()
}
