//! A document without a team: its owner creates one, or joins one.

use leptos::prelude::*;

use super::{
    team_forms::{field, guide, read, said, token_fields, typed_in},
    team_tokens::TOKENS,
};
use crate::{
    app::{App, Desk, Panel, Screen},
    proxy::Request,
    team::{Deposit, Field, Wrong, required},
    text::team as words,
    ui::{Header, Shell, View, el, form, link},
};

const FORM: &str = "equipe";

/// The screen of an owner whose document has no team.
pub(super) fn enrolment_screen(may_create: bool) -> View {
    let app = App::current();
    let joins = move || !may_create || app.desk.with(|desk| desk.panel == Panel::Join);
    let title = move || if joins() { words::JOIN_TITLE } else { words::CREATE_TITLE }.to_owned();
    let send = move |label: &'static str| el("button").class("btn primary").attr("type", "submit").attr("form", FORM).child(label);
    Shell::new(Header::Areas, title)
        .actions(move || send(if joins() { words::JOIN } else { words::CREATE }))
        .child(move || app.desk.with(|desk| if joins() { joining(app, desk, may_create) } else { creating(app, desk) }))
        .into()
}

fn joining(app: App, desk: &Desk, may_create: bool) -> View {
    let send = move || {
        let typed = required(&typed_in, Field::Code).and_then(|code| Ok((code, required(&typed_in, Field::Document)?)));
        if let Some((code, document)) = read(app, typed) {
            app.ask(FORM, Request::join(code, document), move || enter(app, Screen::Home));
        }
    };
    let create = move || app.desk.update(|desk| desk.show(Panel::None));
    View::from([
        el("p").class("sub").child(words::JOIN_LEAD).into(),
        form(FORM, send)
            .class("say")
            .child(field(desk, Field::Code, ""))
            .child(field(desk, Field::Document, ""))
            .child(said(app, desk, FORM))
            .child((may_create && !desk.is_created).then(|| el("p").class("say").child(link(words::CREATE_TITLE, create))))
            .into(),
    ])
}

fn creating(app: App, desk: &Desk) -> View {
    let send = move || {
        let Some((team, document, deposit)) = read(app, creation()) else { return };
        // Its token is said on the screen of the team, in the same place.
        let deposit = move || app.ask(TOKENS, Request::deposit(deposit), move || enter(app, Screen::Team));
        if app.desk.with_untracked(|desk| desk.is_created) {
            return deposit();
        }
        app.ask(TOKENS, Request::create(team, document), move || {
            app.desk.update(|desk| desk.is_created = true);
            deposit();
        });
    };
    let join = move || app.desk.update(|desk| desk.show(Panel::Join));
    let address = app.session.with_untracked(|session| session.as_ref().and_then(|session| session.egress_address.clone()));
    let form = form(FORM, send)
        .child(field(desk, Field::Team, ""))
        .child(field(desk, Field::Document, ""))
        .child(token_fields(desk, None))
        .child(said(app, desk, TOKENS))
        .child((!desk.is_created).then(|| el("p").class("say").child(words::HAVE_CODE).child(" ").child(link(words::JOIN_TITLE, join))));
    View::from([
        el("p").class("sub").child(words::CREATE_LEAD).into(),
        el("div").class("two block").child(form).child(guide(address.as_deref())).into(),
    ])
}

/// What is typed of a team to create, whole.
fn creation() -> Result<(String, String, Deposit), Wrong> {
    Ok((required(&typed_in, Field::Team)?, required(&typed_in, Field::Document)?, Deposit::read(&typed_in, false)?))
}

/// The document has a team: the widget begins anew with it.
fn enter(app: App, screen: Screen) {
    app.go(screen);
    app.begin();
}
