//! One template: what it sets and makes, its versions, and what can be done with it.

use leptos::prelude::*;
use relais_engine::{
    mapping::{ColumnMapping, Field, Mapping, TableMapping},
    template::Template,
    words as names,
};
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlElement, Url};

use super::templates::{below, is_owner, refusal, told, waiting};
use crate::{
    app::{Drawer, Fetched, Library, Place, Shelf, Told},
    proxy::{Visibility, WholeTemplate},
    templates::file_name,
    text::{self, templates as words, versions},
    ui::{Note, Tone, View, button, choices, el, focus, radio, row, section, table, tick},
};

/// The id of what opens on demand: it takes the focus.
const DRAWER: &str = "tiroir";

pub(super) fn template_screen() -> View {
    let library = Library::current();
    let title = move || library.shelf.with(|shelf| shelf.whole.ready().map_or_else(|| text::TEMPLATES.to_owned(), |whole| whole.listed.name.clone()));
    let actions = move || library.shelf.with(|shelf| shelf.whole.ready().map(|whole| actions(library, whole)));
    below(library, title, Place::Gallery, || words::BACK.to_owned())
        .actions(actions)
        .child(move || library.shelf.with(|shelf| told(library.app(), shelf)))
        .child(move || library.shelf.with(|shelf| body(library, shelf)))
        .into()
}

fn actions(library: Library, whole: &WholeTemplate) -> View {
    let may_manage = whole.listed.is_own && is_owner(library.app()) && !whole.listed.is_withdrawn;
    let drawer = library.shelf.with(|shelf| shelf.drawer);
    let opener = |label: &'static str, which: Drawer, open: Box<dyn Fn()>| {
        let is_open = drawer == which;
        let toggle = move || {
            if is_open {
                library.set(|shelf| shelf.drawer = Drawer::None);
            } else {
                open();
                focus(DRAWER, "");
            }
        };
        button("btn", label, toggle).attr("aria-expanded", if is_open { "true" } else { "false" })
    };
    let set = move |which: Drawer| {
        let open = move || {
            library.set(|shelf| {
                shelf.drawer = which;
                shelf.told = Told::Nothing;
            });
        };
        Box::new(open) as Box<dyn Fn()>
    };
    let managing = may_manage.then(|| {
        View::from([
            opener(words::SHARE, Drawer::Share, Box::new(move || library.open_sharing())).into(),
            opener(words::WITHDRAW, Drawer::Withdraw, set(Drawer::Withdraw)).into(),
        ])
    });
    let apply = (!whole.listed.is_withdrawn).then(|| button("btn primary", words::APPLY, move || library.open_applying()));
    View::from([managing.into(), opener(words::EXPORT, Drawer::Export, set(Drawer::Export)).into(), apply.into()])
}

fn body(library: Library, shelf: &Shelf) -> View {
    let whole = match &shelf.whole {
        Fetched::Pending => return waiting(),
        Fetched::Failed(error) => return refusal(library.app(), error).into(),
        Fetched::Ready(whole) => whole,
    };
    let drawer: View = match shelf.drawer {
        Drawer::None => View::NOTHING,
        Drawer::Share => sharing(library, shelf),
        Drawer::Withdraw => withdrawing(library, whole),
        Drawer::Export => exporting(&whole.template),
    };
    let drawer = (shelf.drawer != Drawer::None).then(|| el("div").class("block").id(DRAWER).attr("tabindex", "-1").child(drawer));
    let description = (!whole.listed.description.is_empty()).then(|| el("p").class("lead").child(whole.listed.description.clone()));
    View::from([
        el("p").class("sub").child(words::under_title(&whole.listed)).into(),
        description.into(),
        drawer.into(),
        settings(whole),
        section("tables", words::MAKES).child(tables(&whole.template.mapping)).into(),
        section("versions", words::VERSIONS).child(versions(whole)).into(),
    ])
}

fn fact(term: impl Into<View>, fact: impl Into<View>) -> View {
    View::from([el("dt").child(term).into(), el("dd").child(fact).into()])
}

fn settings(whole: &WholeTemplate) -> View {
    let Template { mapping, scope, keeping, .. } = &whole.template;
    let seen_by = whole.listed.is_own.then(|| fact(words::SEEN_BY, words::seen_by(whole.listed.visibility, whole.teams.len())));
    let facts = el("dl")
        .class("facts")
        .child(fact(words::ORIGIN, words::demarche(mapping.demarche.get(), &mapping.title)))
        .child(fact(words::DOSSIERS, versions::capital(versions::scope(scope))))
        .child(versions::leaves(scope, keeping.outside).map(|fate| fact(words::OUTSIDE, fate)))
        .child(fact(words::DELETIONS, versions::deleted(keeping.deleted)))
        .child(fact(words::FILES, words::files(mapping)))
        .child(seen_by);
    section("reglages", words::SETTINGS).child(facts).into()
}

fn versions(whole: &WholeTemplate) -> View {
    // The latest first.
    let mut versions: Vec<_> = whole.versions.iter().collect();
    versions.sort_by_key(|version| -version.number);
    let lines = versions.into_iter().map(|version| fact(version.number.to_string(), words::version(version)));
    el("dl").class("facts").child(View::list(lines)).into()
}

/// What fills a column, in words.
fn source(mapping: &Mapping, column: &ColumnMapping) -> String {
    let name = |field: &Field| match field {
        Field::Dossier(_) | Field::Row(_) | Field::Linked(_) => words::OF_DOSSIER.to_owned(),
        Field::Champ(id, _) | Field::Part(id, _) => mapping.fields.get(id).map(|known| known.label.clone()).unwrap_or_default(),
    };
    column.sources.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn tables(mapping: &Mapping) -> View {
    let of = |made: &TableMapping| {
        let line = |column: &ColumnMapping| {
            let kind = names::column_type(&column.column_type).to_owned();
            row("", column.name.clone(), &words::HEADS, vec![kind.into(), source(mapping, column).into()])
        };
        let lines: Vec<View> = made.columns.iter().map(line).collect();
        let size = el("span").class("meta").child(words::table_size(&made.key, made.columns.len()));
        let summary = el("summary").child(el("span").child(el("b").child(made.name.clone())).child(" ").child(size));
        el("details").class("more").child(summary).child(table(words::MAKES, &words::HEADS, false, lines))
    };
    View::list(mapping.tables.iter().map(of))
}

fn sharing(library: Library, shelf: &Shelf) -> View {
    let (visibility, chosen) = &shelf.sharing;
    let visibility = *visibility;
    let one = |(which, label): (Visibility, &'static str)| {
        let input = radio("visibilite", move || which == visibility, move || library.set(|shelf| shelf.sharing.0 = which));
        el("label").class("opt").child(input).child(el("span").child(label))
    };
    let all = choices("opts", words::SEEN_BY, View::list(words::VISIBILITIES.into_iter().map(one)));
    let teams: View = match &shelf.teams {
        _ if visibility != Visibility::Teams => View::NOTHING,
        Fetched::Pending => waiting(),
        Fetched::Failed(error) => refusal(library.app(), error).into(),
        Fetched::Ready(teams) if teams.is_empty() => el("p").class("prose").child(words::NO_TEAM).into(),
        Fetched::Ready(teams) => {
            let one = |team: &crate::proxy::NamedTeam| {
                let is_chosen = chosen.contains(&team.id);
                let id = team.id.clone();
                let toggle = move |is_ticked: bool| {
                    library.set(|shelf| {
                        shelf.sharing.1.retain(|known| *known != id);
                        if is_ticked {
                            shelf.sharing.1.push(id.clone());
                        }
                    });
                };
                el("label").class("opt").child(tick(move || is_chosen, toggle)).child(el("span").child(team.name.clone()))
            };
            choices("opts", words::TEAMS, View::list(teams.iter().map(one))).into()
        }
    };
    let save = el("p").class("does").child(button("btn primary", words::SHARE_NOW, move || library.share()));
    View::from([el("h2").child(words::SEEN_BY).into(), all.into(), teams, save.into()])
}

fn withdrawing(library: Library, whole: &WholeTemplate) -> View {
    let keep = button("btn", words::KEEP, move || library.set(|shelf| shelf.drawer = Drawer::None));
    let answers = el("p").class("does").child(button("btn", words::WITHDRAW_NOW, move || library.withdraw())).child(keep);
    Note::new(Tone::Warning, words::withdraw(&whole.listed.name)).line(words::WITHDRAW_MORE).more(answers).into()
}

/// The file, as a download and as a text: the frame of Grist may keep the browser from downloading.
fn exporting(template: &Template) -> View {
    let file = template.write();
    let name = file_name(&template.name);
    let shown = file.clone();
    let download = move || {
        let _ = save_as(&name, &file);
    };
    let area = el("textarea").id("modele-texte").attr("readonly", true).attr("rows", "8").prop("value", shown);
    let field = el("div").class("field wide say").child(el("label").attr("for", "modele-texte").child(words::FILE)).child(area);
    View::from([
        el("h2").child(words::EXPORT).into(),
        el("p").class("does").child(button("btn", words::DOWNLOAD, download)).into(),
        el("p").class("hint").child(words::EXPORT_MORE).into(),
        field.into(),
    ])
}

fn save_as(name: &str, text: &str) -> Result<(), wasm_bindgen::JsValue> {
    let blob = Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let anchor = document().create_element("a")?;
    anchor.set_attribute("href", &address)?;
    anchor.set_attribute("download", name)?;
    anchor.unchecked_into::<HtmlElement>().click();
    Url::revoke_object_url(&address)
}
