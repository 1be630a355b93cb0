//! A document without a team: its owner creates one, or joins one.

use leptos::prelude::*;

use super::{
    team_forms::{asking_form, field, said, sender, token_fields},
    team_guide::guide,
};
use crate::{
    app::{App, Desk, Panel},
    team::{
        Field, Wish,
        places::{JOIN, TOKENS},
    },
    text::team as words,
    ui::{Header, Shell, View, el, link},
};

const FORM: &str = "equipe";

/// The screen of an owner whose document has no team, which they create freely, or with a code.
pub(super) fn enrolment_screen(is_free: bool) -> View {
    let app = App::current();
    let joins = move || app.desk.with(|desk| desk.panel == Panel::Join);
    Shell::new(Header::Areas, move || if joins() { words::JOIN_TITLE } else { words::CREATE_TITLE }.to_owned())
        .actions(move || sender("btn primary", if joins() { words::JOIN } else { words::CREATE }, FORM))
        .child(move || {
            let joins = joins();
            app.desk.with(|desk| if joins { joining(app, desk) } else { creating(app, desk, is_free) })
        })
        .into()
}

fn joining(app: App, desk: &Desk) -> View {
    let create = el("p").class("say").child(link(words::CREATE_TITLE, move || app.show(Panel::None, None)));
    let form = asking_form(app, FORM, Wish::Join)
        .class("say")
        .child(field(desk, Field::Code, String::new()))
        .child(field(desk, Field::Document, String::new()))
        .child(said(app, desk, JOIN))
        .child(create);
    View::from([el("p").class("sub").child(words::JOIN_LEAD).into(), form.into()])
}

fn creating(app: App, desk: &Desk, is_free: bool) -> View {
    let address = app.session.with_untracked(|session| session.as_ref().and_then(|session| session.egress_address.clone()));
    let have_code = if is_free { words::HAVE_CODE } else { words::HAVE_TEAM_CODE };
    let join = (!desk.is_created)
        .then(|| el("p").class("say").child(have_code).child(" ").child(link(words::JOIN_TITLE, move || app.show(Panel::Join, None))));
    // Once the team is there, its token alone is missing.
    let wish = if desk.is_created { Wish::Deposit } else { Wish::Create(!is_free) };
    let code = (!is_free && !desk.is_created).then(|| field(desk, Field::Code, String::new()));
    let by_code = (!is_free).then(|| el("p").class("sub").child(words::CREATE_BY_CODE));
    let form = asking_form(app, FORM, wish)
        .child(code)
        // They are the team's already.
        .child((!desk.is_created).then(|| View::from([field(desk, Field::Team, String::new()), field(desk, Field::Document, String::new())])))
        .child(token_fields(desk, None))
        .child(said(app, desk, TOKENS))
        .child(join);
    View::from([
        el("p").class("sub").child(words::CREATE_LEAD).into(),
        by_code.into(),
        el("div").class("two block").child(form).child(guide(address.as_deref())).into(),
    ])
}
