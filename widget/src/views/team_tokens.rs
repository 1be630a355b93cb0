//! The tokens of the team.

use super::{
    team::{ASKED, close, finish, opener, part, question},
    team_forms::{guide, read, said, shown_address, token_fields, typed_in},
};
use crate::{
    app::{App, Desk, Panel},
    proxy::{Request, Rights, Team, Token},
    team::{Deposit, Due, Field},
    text::{moments, team as words},
    ui::{Icon, View, button, el, form, icon, label_of, link, mark, row, table},
};

/// Where all about tokens is said.
pub(super) const TOKENS: &str = "jetons";

/// The tokens, and what can be done about them.
pub(super) fn tokens(app: App, desk: &Desk, team: &Team) -> View {
    let managed = team.may_manage();
    let lines: Vec<View> = team.tokens.iter().map(|token| line(app, desk, token, managed)).collect();
    let listed: View =
        if lines.is_empty() { el("p").child(words::NO_TOKEN).into() } else { table(words::TOKENS_CAPTION, &words::TOKEN_HEADS, lines).into() };
    let add = managed
        .then(|| el("p").class("say").child(opener(app, desk, View::from([icon(Icon::Plus), words::ADD.into()]), Panel::Add, Field::Name.id())));
    let address = team.egress_address.as_deref();
    part(TOKENS, words::TOKENS)
        .child(listed)
        .child(add)
        .child(open(app, desk, team))
        .child(said(app, desk, TOKENS))
        .child(address.map(shown_address))
        .into()
}

fn line(app: App, desk: &Desk, token: &Token, managed: bool) -> View {
    let now = app.now();
    let [_, demarches, rights, due, _] = words::TOKEN_HEADS;
    let numbers: Vec<String> = token.demarches.iter().map(ToString::to_string).collect();
    let (class, picture) = match token.rights {
        _ if token.refusal.is_some() => ("st err", Icon::Cross),
        Rights::Read => ("st ok", Icon::Check),
        Rights::Write => ("st warn", Icon::Warning),
        Rights::Unknown => ("st off", Icon::Information),
    };
    let (what, more) = match &token.refusal {
        Some(error) => {
            let explained = words::refused(error, now);
            (explained.what, explained.remedy)
        }
        None => {
            let (what, more) = words::rights(token.rights);
            (what.to_owned(), more.to_owned())
        }
    };
    let more = [more, words::checked(token.checked_at, now)].into_iter().filter(|more| !more.is_empty());
    let standing = View::from([mark(class, picture, what).into(), View::list(more.map(|more| el("p").class("meta").child(more)))]);
    let due_view: View = match token.expires {
        None => words::NO_END.into(),
        Some(last_day) => {
            let stands = Due::of(last_day, now);
            let said = words::due(stands, &moments::date(last_day.start()));
            match stands {
                Due::Far => said.into(),
                Due::Soon(_) => mark("st warn", Icon::Warning, said).into(),
                Due::Close(_) | Due::Ended => mark("st err", Icon::Cross, said).into(),
            }
        }
    };
    let actions = managed.then(|| {
        let of = |label| label_of(label, words::of_token(&token.name));
        let id = token.id.clone();
        el("div")
            .class("acts")
            .child(opener(app, desk, of(words::REPLACE), Panel::Replace(token.id.clone()), Field::Name.id()))
            .child(link(of(words::CHECK), move || app.ask(TOKENS, Request::check(&id), || ())))
            .child(opener(app, desk, of(words::REMOVE), Panel::Discard(token.id.clone()), ASKED))
    });
    row(
        None::<&str>,
        el("b").child(token.name.clone()),
        vec![(demarches, numbers.join(", ").into()), (rights, standing), (due, due_view), ("", actions.into())],
    )
}

/// The form or the question that is open.
fn open(app: App, desk: &Desk, team: &Team) -> View {
    let find = |id: &str| team.tokens.iter().find(|token| token.id == id);
    match &desk.panel {
        Panel::Add => deposit(app, desk, team, None),
        Panel::Replace(id) => find(id).map(|token| deposit(app, desk, team, Some(token))).into(),
        Panel::Discard(id) => find(id)
            .map(|token| {
                let (id, version) = (token.id.clone(), token.version);
                question(app, TOKENS, &token.name, words::REMOVE_TOKEN_MORE, move || Request::discard(&id, version))
            })
            .into(),
        Panel::None | Panel::Exclude(_) | Panel::Join => View::NOTHING,
    }
}

/// The form of a token: of a new one, or of one that is there.
fn deposit(app: App, desk: &Desk, team: &Team, known: Option<&Token>) -> View {
    let (title, id) = known.map_or_else(|| (words::ADD.to_owned(), String::new()), |token| (words::replace(&token.name), token.id.clone()));
    let version = known.map(|token| token.version);
    let send = move || {
        let Some(deposit) = read(app, Deposit::read(&typed_in, version.is_some())) else { return };
        let request = version.map_or_else(|| Request::deposit(deposit.clone()), |version| Request::replace(&id, version, deposit.clone()));
        app.ask(TOKENS, request, move || finish(app, TOKENS));
    };
    let sending = el("p").class("does say").child(el("button").class("btn primary").attr("type", "submit").child(words::DEPOSIT)).child(button(
        "btn",
        words::LATER,
        move || close(app, TOKENS),
    ));
    let form = form("deposer", send).child(el("h3").child(title)).child(token_fields(desk, known)).child(sending);
    el("div").class("two say").child(form).child(guide(team.egress_address.as_deref())).into()
}
