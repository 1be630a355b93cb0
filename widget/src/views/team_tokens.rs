//! The tokens of the team.

use relais_engine::ds::SourceErrorCode;

use super::{
    team::{QUESTION, part, question},
    team_forms::{asking, asking_form, closer, opener, said, sender, token_fields},
    team_guide::{guide, shown_address},
};
use crate::{
    app::{App, Desk, Panel},
    proxy::{Rights, Team, Token},
    team::{Due, Field, Wish, places::TOKENS},
    text::{moments, team as words},
    ui::{Icon, View, el, icon, label_of, mark, row, table},
};

/// The tokens, and what can be done about them.
pub(super) fn tokens(app: App, desk: &Desk, team: &Team) -> View {
    let may_manage = team.may_manage();
    let address = team.egress_address.as_deref();
    let mut lines = Vec::new();
    let mut open = View::NOTHING;
    for token in &team.tokens {
        let id = || token.id.clone();
        let panels = [Panel::Replace(id()), Panel::Discard(id())];
        let [is_replaced, is_discarded] = panels.each_ref().map(|panel| *panel == desk.panel);
        if is_replaced {
            open = form(app, desk, words::replace(&token.name), Wish::Replace(id(), token.version), Some(token), address);
        }
        if is_discarded {
            open = question(app, &token.name, words::REMOVE_TOKEN_MORE, Wish::Discard(id(), token.version));
        }
        let mut cells = vec![words::numbers(&token.demarches).into(), standing(app, token), due(app, token)];
        if may_manage {
            let [replace, discard] = panels;
            let of = |label| label_of(label, words::of(&token.name));
            let actions = el("div")
                .class("acts")
                .child(opener(app, desk, of(words::REPLACE), replace, Field::Name.id()))
                .child(asking(app, "lk", of(words::CHECK), Wish::Check(id())))
                .child(opener(app, desk, of(words::REMOVE), discard, QUESTION));
            cells.push(actions.into());
        }
        lines.push(row("", el("b").child(token.name.clone()), &words::TOKEN_HEADS, cells));
    }
    if desk.panel == Panel::Add {
        open = form(app, desk, words::ADD.to_owned(), Wish::Deposit, None, address);
    }
    let listed = if lines.is_empty() { el("p").child(words::NO_TOKEN) } else { table(words::TOKENS_CAPTION, &words::TOKEN_HEADS, may_manage, lines) };
    let add = may_manage.then(|| {
        let label = View::from([icon(Icon::Plus), words::ADD.into()]);
        el("p").class("say").child(opener(app, desk, label, Panel::Add, Field::Name.id()))
    });
    // The form says itself what became of it, and has the address beside.
    let is_form = matches!(desk.panel, Panel::Add | Panel::Replace(_));
    let rest = (!is_form).then(|| View::from([said(app, desk, TOKENS), shown_address(address)]));
    part(TOKENS, words::TOKENS).child(listed).child(add).child(open).child(rest).into()
}

/// Whether DS takes a token, and what it lets do.
fn standing(app: App, token: &Token) -> View {
    let (class, picture) = match token.rights {
        _ if token.refusal.is_some() => ("st err", Icon::Cross),
        _ if !token.refused.is_empty() => ("st warn", Icon::Warning),
        Rights::Read => ("st ok", Icon::Check),
        Rights::Write => ("st warn", Icon::Warning),
        Rights::Unknown => ("st off", Icon::Information),
    };
    let rights = words::rights(token.rights).map(str::to_owned);
    let ([what, more], beside) = match &token.refusal {
        // DS knows nothing of it: it was not asked.
        Some(error) if error.code == SourceErrorCode::Internal => (words::SEALED.map(str::to_owned), None),
        Some(error) => (words::refused(error, app.now()), None),
        None if !token.refused.is_empty() => (words::not_opened(&token.refused), Some(rights)),
        None => (rights, None),
    };
    let meta = |more| el("p").class("meta").child(more).into();
    let beside: Vec<View> = beside.into_iter().flatten().filter(|text| !text.is_empty()).map(meta).collect();
    let checked = token.checked_at.map(|at| meta(words::checked(at, app.now())));
    View::from([mark(class, picture, what).into(), meta(more), beside.into(), checked.into()])
}

/// When a token ends.
fn due(app: App, token: &Token) -> View {
    let Some(last_day) = token.expires else {
        return View::from([words::NO_END.into(), el("p").class("meta").child(words::NO_END_MORE).into()]);
    };
    let due = Due::of(last_day, app.now());
    let said = words::due(due, &moments::date(last_day.start()));
    match due {
        Due::Far => said.into(),
        Due::Soon(_) => mark("st warn", Icon::Warning, said).into(),
        Due::Close(_) | Due::Ended => mark("st err", Icon::Cross, said).into(),
    }
}

/// The form of a token: of a new one, or of one that is there.
fn form(app: App, desk: &Desk, title: String, wish: Wish, known: Option<&Token>, address: Option<&str>) -> View {
    const FORM: &str = "deposer";
    let sending = el("p").class("does say").child(sender("btn primary", words::DEPOSIT, FORM)).child(closer(app, words::LATER, TOKENS));
    let form =
        asking_form(app, FORM, wish).child(el("h3").child(title)).child(token_fields(desk, known)).child(sending).child(said(app, desk, TOKENS));
    // Each with its own fields: what is typed for one token is not for another.
    el("div").class("two say").key(desk.panel.opener()).child(form).child(guide(address)).into()
}
