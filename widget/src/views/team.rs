//! Équipe: its tokens, its documents, who else may come in.

use leptos::prelude::*;
use relais_engine::ds::SourceErrorCode;

use super::{
    team_forms::{asking, asking_form, closer, field, opener, said, sender},
    team_tokens::tokens,
};
use crate::{
    app::{App, Desk, Fetched, Panel, Said},
    proxy::{Answer, Member, Reading, Role, Team},
    team::{
        Field, Wish,
        places::{DOCUMENTS, HAND_OVER, INVITE, LEAVE, READINGS, RENAME},
    },
    text::{self, errors, moments, team as words},
    ui::{Element, Header, Note, Shell, Tone, View, button, el, label_of, row, table},
};

/// The screen Équipe.
pub(super) fn team_screen() -> View {
    let app = App::current();
    super::team_forms::ask(app, Wish::See);
    let title = move || app.session.with(|session| session.as_ref().and_then(|session| session.team.clone()).unwrap_or_default());
    Shell::new(Header::Areas, title).child(move || app.desk.with(|desk| body(app, desk))).into()
}

fn body(app: App, desk: &Desk) -> View {
    let team = match &desk.team {
        Fetched::Pending => return el("p").class("sub").attr("role", "status").child(text::LOADING).into(),
        Fetched::Failed(error) => {
            let explained = errors::source(error, None, app.now());
            let retry = el("p").child(asking(app, "lk", text::RETRY, Wish::See));
            return Note::new(Tone::Error, explained.what).line(errors::UNCHANGED).line(explained.remedy).more(retry).into();
        }
        Fetched::Ready(team) => team,
    };
    let may_manage = team.may_manage();
    let who = match team.role {
        _ if team.is_declared => words::DECLARED,
        Role::Owner => words::OWNER,
        Role::Editor => words::EDITOR,
    };
    let mut parts = vec![el("p").class("sub").child(who).into(), tokens(app, desk, team), documents(app, desk, team)];
    if may_manage {
        parts.push(invitations(app, desk, team));
    }
    if team.role == Role::Owner {
        parts.push(readings(app, desk, team));
    }
    let mut managing = part("gerer", words::MANAGE).child(more("", words::WHO, words::WHO_MORE));
    if may_manage {
        let handing_over = team.may_invite.then(|| handing_over(app, desk));
        managing = managing.child(renaming(app, desk, team)).child(handing_over).child(leaving(app, desk, team));
    }
    parts.push(managing.into());
    parts.into()
}

/// A part of the screen, whose title may be given the focus.
pub(super) fn part(id: &'static str, title: &'static str) -> Element {
    el("section").attr("aria-labelledby", id).child(el("h2").id(id).attr("tabindex", "-1").child(title))
}

/// Something that opens on demand. Its title has the focus when something was done there.
fn more(id: &'static str, title: &'static str, about: &'static str) -> Element {
    el("details").class("more").child(el("summary").id(id).child(title)).child(el("p").class("prose").child(about))
}

/// The id of a question: it takes the focus as it opens.
pub(super) const QUESTION: &str = "question";

/// Asks in place before something is taken away.
pub(super) fn question(app: App, name: &str, more: &'static str, wish: Wish) -> View {
    let keep = closer(app, words::KEEP, wish.place());
    let answers = el("p").class("does").child(asking(app, "btn", words::REMOVE, wish)).child(keep);
    let note = Note::new(Tone::Warning, words::remove(name)).line(more).more(answers);
    el("div").class("say").id(QUESTION).attr("tabindex", "-1").child(note).into()
}

fn documents(app: App, desk: &Desk, team: &Team) -> View {
    let may_remove = team.may_manage() && team.documents.len() > 1;
    let mut lines = Vec::new();
    let mut asked = View::NOTHING;
    for Member { id, name, origin, is_this, joined_at } in &team.documents {
        let head = el("b").child(if name.is_empty() { words::NAMELESS.to_owned() } else { name.clone() });
        let this = is_this.then(|| el("span").class("meta").child(words::THIS));
        let grist = team.has_several_grists().then(|| el("p").class("meta").child(words::host(origin)));
        let panel = Panel::Exclude(id.clone());
        if panel == desk.panel {
            asked = question(app, name, words::REMOVE_DOCUMENT_MORE, Wish::Exclude(id.clone()));
        }
        let remove = (!is_this).then(|| opener(app, desk, label_of(words::REMOVE, words::of(name)), panel, QUESTION));
        let head = View::from([head.into(), " ".into(), this.into(), grist.into()]);
        let mut cells = vec![joined_at.map_or_else(|| words::DECLARED_SINCE.to_owned(), moments::date).into()];
        if may_remove {
            cells.push(remove.into());
        }
        lines.push(row("", head, &words::DOCUMENT_HEADS, cells));
    }
    let listed = table(words::DOCUMENTS_CAPTION, &words::DOCUMENT_HEADS, may_remove, lines);
    part(DOCUMENTS, words::DOCUMENTS).child(listed).child(asked).child(said(app, desk, DOCUMENTS)).into()
}

fn invitations(app: App, desk: &Desk, team: &Team) -> View {
    if !team.may_invite {
        return part(INVITE, words::INVITATIONS).child(el("p").class("prose").child(words::NO_INVITATIONS)).into();
    }
    let mut lines = Vec::new();
    for invitation in &team.invitations {
        let withdraw = asking(app, "lk", words::WITHDRAW, Wish::Withdraw(invitation.id.clone()));
        lines.push(el("li").child(words::invitation(invitation, app.now())).child(" ").child(withdraw).into());
    }
    let invite = asking(app, "btn primary", words::INVITE, Wish::Invite(false));
    part(INVITE, words::INVITATIONS)
        .child(el("p").class("prose").child(words::INVITATIONS_MORE))
        .child(el("p").class("does").child(invite))
        .child(said(app, desk, INVITE))
        .child(el("ul").class("say").child(lines))
        .into()
}

/// Lines that are shown: the file has them all.
const SHOWN_READINGS: usize = 50;

/// Who read what, once it is asked for.
fn readings(app: App, desk: &Desk, team: &Team) -> View {
    let shown: View = match &desk.said {
        Said::Answered(Answer::Readings(readings)) => {
            let line = |reading: &Reading| {
                let grist = team.has_several_grists().then(|| el("p").class("meta").child(words::host(&reading.origin)));
                let cells = [
                    View::from([words::reading_document(reading).into(), grist.into()]),
                    text::user(reading.person).into(),
                    reading.demarche.to_string().into(),
                    words::operation(&reading.operation).into(),
                    // A form and a file are read without a dossier.
                    (reading.dossiers > 0).then(|| relais_engine::words::figure(usize::try_from(reading.dossiers).unwrap_or_default())).into(),
                ];
                row("", moments::moment(reading.at, app.now()), &words::READING_HEADS, cells.into())
            };
            let lines: Vec<View> = readings.lines.iter().take(SHOWN_READINGS).map(line).collect();
            let listed =
                if lines.is_empty() { el("p").child(words::NO_READING) } else { table(words::READINGS, &words::READING_HEADS, false, lines) };
            View::from([el("p").class("sub").child(words::readings_kept(readings.kept_days)).into(), listed.into()])
        }
        _ => said(app, desk, READINGS),
    };
    let see = asking(app, "btn", words::SEE_READINGS, Wish::Audit);
    let export = button("btn", words::EXPORT, move || app.export_audit());
    part(READINGS, words::READINGS)
        .child(el("p").class("prose").child(words::READINGS_MORE))
        .child(shown)
        .child(el("p").class("does").child(see).child(export))
        .into()
}

fn renaming(app: App, desk: &Desk, team: &Team) -> Element {
    let form = asking_form(app, "nommer", Wish::Rename(team.version))
        .child(field(desk, Field::Team, team.name.clone()))
        .child(el("p").class("does").child(sender("btn", words::RENAME, "nommer")));
    more(RENAME, words::RENAME, "").child(form).child(said(app, desk, RENAME))
}

fn handing_over(app: App, desk: &Desk) -> Element {
    let hand_over = asking(app, "btn", words::HAND_OVER_NOW, Wish::Invite(true));
    more(HAND_OVER, words::HAND_OVER, words::HAND_OVER_MORE).child(el("p").child(hand_over)).child(said(app, desk, HAND_OVER))
}

/// To leave is asked twice of the last document: the team goes with it.
fn leaving(app: App, desk: &Desk, team: &Team) -> Element {
    let ends_team = matches!(&desk.said, Said::Refused(error) if error.code == SourceErrorCode::LastDocument);
    let document = team.documents.iter().find(|member| member.is_this).map(|member| member.id.clone()).unwrap_or_default();
    let label = if ends_team { words::END } else { words::LEAVE };
    let leave = asking(app, "btn", label, Wish::Leave(document, ends_team));
    more(LEAVE, words::LEAVE, words::REMOVE_THIS_MORE).child(said(app, desk, LEAVE)).child(el("p").child(leave))
}
