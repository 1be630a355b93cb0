//! Équipe: its tokens, its documents, who else may come in.

use super::{
    team_forms::{field, read, said, typed_in},
    team_tokens::tokens,
};
use crate::{
    app::{App, Desk, Fetched, Panel, Said, Screen},
    proxy::{Member, Request, Role, Team},
    team::{Field, required},
    text::{self, errors, moments, team as words},
    ui::{Element, Header, Note, Shell, Tone, View, button, el, focus, form, label_of, link, row, table},
};
use leptos::prelude::*;
use relais_engine::ds::SourceErrorCode;

const DOCUMENTS: &str = "documents";
const INVITATIONS: &str = "invitations";
const NAME: &str = "renommer";
const HAND_OVER: &str = "confier";
const LEAVE: &str = "quitter";

/// The screen Équipe.
pub(super) fn team_screen() -> View {
    let app = App::current();
    app.read_team();
    let title = move || app.desk.with(|desk| desk.team.ready().map_or_else(|| text::TEAM.to_owned(), |team| team.name.clone()));
    let invite =
        move || app.desk.with(|desk| managed(desk).map(|_| button("btn primary", words::INVITE, move || ask_for_code(app, INVITATIONS, false))));
    Shell::new(Header::Areas, title).actions(invite).child(move || app.desk.with(|desk| body(app, desk))).into()
}

/// The team, when the person may change it.
fn managed(desk: &Desk) -> Option<&Team> {
    desk.team.ready().filter(|team| team.may_manage()).map(|team| &**team)
}

fn ask_for_code(app: App, place: &'static str, hands_over: bool) {
    app.ask(place, Request::invite(hands_over), move || focus(place, ""));
}

fn body(app: App, desk: &Desk) -> View {
    let team = match &desk.team {
        Fetched::Pending => return el("p").class("sub").attr("role", "status").child(text::LOADING).into(),
        Fetched::Failed(error) => {
            let explained = errors::source(error, None, app.now());
            let retry = el("p").child(link(text::RETRY, move || app.open_team()));
            return Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy).more(retry).into();
        }
        Fetched::Ready(team) => team,
    };
    let who = match team.role {
        _ if team.is_declared => words::DECLARED,
        Role::Owner => words::OWNER,
        Role::Editor => words::EDITOR,
    };
    let managed = team.may_manage();
    View::from([
        el("p").class("sub").child(who).into(),
        tokens(app, desk, team),
        documents(app, desk, team),
        if managed { invitations(app, desk, team) } else { View::NOTHING },
        el("section")
            .attr("aria-labelledby", "gerer")
            .child(el("h2").id("gerer").child(words::MANAGE))
            .child(more("", words::WHO, words::WHO_MORE))
            .child(managed.then(|| View::from([renaming(app, desk, team), handing_over(app, desk), leaving(app, desk, team)])))
            .into(),
    ])
}

/// Something that opens on demand.
fn more(id: &'static str, title: &'static str, about: &'static str) -> Element {
    el("details").class("more").child(el("summary").id(id).child(title)).child(el("p").class("prose").child(about))
}

/// A button that opens a panel: it says whether it is open, and closes it too.
pub(super) fn opener(app: App, desk: &Desk, label: impl Into<View>, panel: Panel, first: &'static str) -> Element {
    let is_open = desk.panel == panel;
    let id = panel.opener();
    link(label, move || {
        app.desk.update(|desk| desk.show(if is_open { Panel::None } else { panel.clone() }));
        if !is_open {
            focus(first, "");
        }
    })
    .id(id)
    .attr("aria-expanded", if is_open { "true" } else { "false" })
}

/// Asks in place before something is taken away.
pub(super) fn question(app: App, place: &'static str, name: &str, more: &'static str, request: impl Fn() -> Request + 'static) -> View {
    let remove = move || app.ask(place, request(), move || finish(app, place));
    let answers = el("p").class("does").child(button("btn", words::REMOVE, remove)).child(button("btn", words::KEEP, move || close(app, place)));
    let note = Note::new(Tone::Warning, words::remove(name)).line(more).more(answers);
    el("div").id(ASKED).attr("tabindex", "-1").child(note).into()
}

/// The id of what is asked: it takes the focus as it opens.
pub(super) const ASKED: &str = "question";

/// Closes what is open, and gives the focus back.
pub(super) fn close(app: App, place: &'static str) {
    let opener = app.desk.with_untracked(|desk| desk.panel.opener());
    app.desk.update(|desk| desk.show(Panel::None));
    focus(opener, place);
}

/// Closes what was done with. What opened it may be gone as well: the part of the screen has the focus.
pub(super) fn finish(app: App, place: &'static str) {
    app.desk.update(|desk| desk.panel = Panel::None);
    focus(place, "");
}

/// A part of the screen, whose title may be given the focus.
pub(super) fn part(id: &'static str, title: &'static str) -> Element {
    el("section").attr("aria-labelledby", id).child(el("h2").id(id).attr("tabindex", "-1").child(title))
}

fn documents(app: App, desk: &Desk, team: &Team) -> View {
    let managed = team.may_manage();
    let [_, since, _] = words::DOCUMENT_HEADS;
    let line = |member: &Member| {
        let name = View::from([
            el("b").child(member.name.clone()).into(),
            member.is_this.then(|| el("span").class("meta").child(" ").child(words::THIS)).into(),
        ]);
        let remove = (managed && !member.is_this)
            .then(|| opener(app, desk, label_of(words::REMOVE, words::of(&member.name)), Panel::Exclude(member.id.clone()), ASKED));
        row(None::<&str>, name, vec![(since, moments::date(member.joined_at).into()), ("", remove.into())])
    };
    let asked = team.documents.iter().find(|member| desk.panel == Panel::Exclude(member.id.clone()));
    let asked = asked.map(|member| {
        let id = member.id.clone();
        question(app, DOCUMENTS, &member.name, words::REMOVE_DOCUMENT_MORE, move || Request::exclude(&id))
    });
    part(DOCUMENTS, words::DOCUMENTS)
        .child(table(words::DOCUMENTS_CAPTION, &words::DOCUMENT_HEADS, team.documents.iter().map(line).collect()))
        .child(asked)
        .child(said(app, desk, DOCUMENTS))
        .into()
}

fn invitations(app: App, desk: &Desk, team: &Team) -> View {
    let lines = team.invitations.iter().map(|invitation| {
        let id = invitation.id.clone();
        let withdraw = move || app.ask(INVITATIONS, Request::withdraw(&id), || focus(INVITATIONS, ""));
        let about = words::invitation(invitation.created_at, invitation.expires_at, invitation.hands_over, app.now());
        el("li").child(about).child(" ").child(link(words::WITHDRAW, withdraw))
    });
    part(INVITATIONS, words::INVITATIONS)
        .child(el("p").class("prose").child(words::INVITATIONS_MORE))
        .child(said(app, desk, INVITATIONS))
        .child(el("ul").class("say").child(View::list(lines)))
        .into()
}

fn renaming(app: App, desk: &Desk, team: &Team) -> View {
    let version = team.version;
    let rename = move || {
        if let Some(name) = read(app, required(&typed_in, Field::Team)) {
            app.ask(NAME, Request::rename(name, version), || ());
        }
    };
    let form = form("nommer", rename)
        .child(field(desk, Field::Team, &team.name))
        .child(el("p").class("does").child(el("button").class("btn").attr("type", "submit").child(words::RENAME)));
    let summary = el("summary").child(words::RENAME);
    el("details").class("more").child(summary).child(form).child(said(app, desk, NAME)).into()
}

fn handing_over(app: App, desk: &Desk) -> View {
    let hand_over = button("btn", words::HAND_OVER_NOW, move || ask_for_code(app, HAND_OVER, true));
    more(HAND_OVER, words::HAND_OVER, words::HAND_OVER_MORE).child(el("p").child(hand_over)).child(said(app, desk, HAND_OVER)).into()
}

/// To leave is asked twice of the last document: the team goes with it.
fn leaving(app: App, desk: &Desk, team: &Team) -> View {
    let ends_team = matches!(&desk.said, Said::Refused(error) if desk.place == LEAVE && error.code == SourceErrorCode::LastDocument);
    let id = team.documents.iter().find(|member| member.is_this).map(|member| member.id.clone()).unwrap_or_default();
    let leave = move || {
        app.ask(LEAVE, Request::leave(&id, ends_team), move || {
            app.desk.set(Desk::default());
            app.go(Screen::Home);
            app.begin();
        });
    };
    let label = if ends_team { words::END } else { words::LEAVE };
    more(LEAVE, words::LEAVE, words::LEAVE_MORE).child(said(app, desk, LEAVE)).child(el("p").child(button("btn", label, leave))).into()
}
