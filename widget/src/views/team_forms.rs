//! The forms about the team, what is wrong with them, and what became of what was asked.

use crate::{
    app::{App, Desk, Panel, Said},
    page::Page,
    proxy::{Answer, Token},
    standing::Access,
    team::{Field, Wish, places::TOKENS},
    text::{errors, team as words},
    ui::{Element, Note, Tone, View, button, copy, el, focus, form, link, typed},
};
use leptos::prelude::*;

/// The id of what became of what was last asked.
const SAID: &str = "dit";

/// Asks for something, with what is typed; or says what is wrong with it, where the focus then is.
pub(super) fn ask(app: App, wish: Wish) {
    match wish.request(&|field| typed(field.id())) {
        Ok(request) => app.ask(wish, request, done),
        Err(wrong) => {
            focus(wrong.field().id(), "");
            let panel = app.desk.with_untracked(|desk| desk.panel.clone());
            app.show(panel, Some(wrong));
        }
    }
}

/// What follows once it is done.
fn done(app: App, wish: &Wish) {
    let is_enrolling = app.access.get_untracked() != Access::Open;
    match wish {
        // Its first token is typed beside.
        Wish::Create(_) => {
            app.created(true);
            return ask(app, Wish::Deposit);
        }
        // The document has another team than before, or none.
        Wish::Deposit if is_enrolling => {
            app.created(false);
            return app.begin();
        }
        Wish::Leave(..) => {
            app.desk.set(Desk::default());
            return app.begin();
        }
        Wish::Join => return Page::Main.enter(),
        _ => {}
    }
    match wish {
        Wish::See | Wish::Rename(..) => return,
        Wish::Check(..) => {}
        _ => {
            // What was pressed may be gone: the part of the screen has the focus.
            app.close();
            focus(wish.place(), "");
        }
    }
    if wish.place() == TOKENS {
        app.list_demarches();
    }
}

/// A button by which something is asked.
pub(super) fn asking(app: App, class: &'static str, label: impl Into<View>, wish: Wish) -> Element {
    button(class, label, move || ask(app, wish.clone()))
}

/// A form by which something is asked; its fields and its buttons come into it.
pub(super) fn asking_form(app: App, id: &'static str, wish: Wish) -> Element {
    form(id, move || ask(app, wish.clone()))
}

/// The button that sends a form.
pub(super) fn sender(class: &'static str, label: impl Into<View>, form: &'static str) -> Element {
    el("button").class(class).attr("type", "submit").attr("form", form).child(label)
}

/// A button that opens a panel, and then gives the focus to what is first there: it says whether it is open, and closes it too.
pub(super) fn opener(app: App, desk: &Desk, label: impl Into<View>, panel: Panel, first: &'static str) -> Element {
    let is_open = desk.panel == panel;
    let id = panel.opener();
    let toggle = move || {
        app.show(if is_open { Panel::None } else { panel.clone() }, None);
        if !is_open {
            focus(first, "");
        }
    };
    link(label, toggle).id(id).attr("aria-expanded", if is_open { "true" } else { "false" })
}

/// A button that closes what is open, and gives the focus back.
pub(super) fn closer(app: App, label: &'static str, place: &'static str) -> Element {
    let close = move || {
        let opener = app.desk.with_untracked(|desk| desk.panel.opener());
        app.show(Panel::None, None);
        focus(opener, place);
    };
    button("btn", label, close)
}

/// A field. What is typed stays in it: it is read as the form is sent.
pub(super) fn field(desk: &Desk, of: Field, value: String) -> View {
    let id = of.id();
    let (label, mut hint) = words::field(of);
    let (kind, longest) = match of {
        Field::Token => ("password", "512"),
        Field::Demarches => ("text", "9000"),
        Field::Expires => ("date", "10"),
        _ => ("text", "100"),
    };
    if matches!((of, &desk.panel), (Field::Token, Panel::Replace(_))) {
        hint = words::KEPT_TOKEN;
    }
    let wrong = desk.wrong.as_ref().filter(|wrong| wrong.field() == of);
    let is_wrong = wrong.map(|_| "true");
    let note = wrong.map(|wrong| {
        let [what, remedy] = words::wrong(wrong);
        el("div").class("note-for").id("faux").child(Note::new(Tone::Error, what).line(remedy))
    });
    let hint_id = [id, "-aide"].concat();
    let input = el("input")
        .id(id)
        .attr("type", kind)
        .attr("value", value)
        .attr("autocomplete", "off")
        .attr("maxlength", longest)
        .attr("aria-describedby", [&hint_id, " faux"].concat())
        .attr("aria-invalid", is_wrong);
    let label = el("label").attr("for", id).child(label);
    el("div").class("field").child(label).child(el("p").class("hint").id(hint_id).child(hint)).child(input).child(note).into()
}

/// The fields of a token: of one that is there already, with what is known of it.
pub(super) fn token_fields(desk: &Desk, known: Option<&Token>) -> View {
    let [name, demarches, expires] = known
        .map(|token| [token.name.clone(), words::numbers(&token.demarches), token.expires.map(|day| day.to_string()).unwrap_or_default()])
        .unwrap_or_default();
    View::from([
        field(desk, Field::Name, name),
        field(desk, Field::Token, String::new()),
        field(desk, Field::Demarches, demarches),
        field(desk, Field::Expires, expires),
    ])
}

/// What became of what was asked in a part of the screen.
pub(super) fn said(app: App, desk: &Desk, place: &'static str) -> View {
    if desk.place != place {
        return View::NOTHING;
    }
    let mut tone = Tone::Success;
    let mut lines = Vec::new();
    match &desk.said {
        Said::Nothing => return View::NOTHING,
        Said::Waiting => return el("p").class("say").attr("role", "status").child(words::WAITING).into(),
        Said::Answered(Answer::Code(code, until)) => {
            let until = el("span").class("meta").child(words::valid_until(*until));
            return el("p").class("say").attr("role", "status").child(copy(code.clone(), words::COPY_CODE)).child(until).into();
        }
        Said::Answered(Answer::Deposited(deposited)) => match &deposited.token.refusal {
            Some(error) => {
                tone = Tone::Error;
                lines.extend(words::refused(error, app.now()));
            }
            None if deposited.refused.is_empty() => {
                lines.push(words::opens(&deposited.token));
                if deposited.opens_more {
                    tone = Tone::Warning;
                    lines.push(words::OPENS_MORE.to_owned());
                }
            }
            None => {
                tone = Tone::Warning;
                lines.push(words::NOT_ALL.to_owned());
                for (number, error) in &deposited.refused {
                    lines.push(errors::source(error, Some(*number), app.now()).what);
                }
                if deposited.opens_more {
                    lines.push(words::OPENS_MORE.to_owned());
                }
            }
        },
        Said::Answered(_) => lines.push(words::DONE.to_owned()),
        Said::Refused(error) => {
            tone = Tone::Error;
            lines.extend(words::refused(error, app.now()));
            // Of the rest, it goes without saying.
            if desk.is_created || place == TOKENS {
                lines.push(if desk.is_created { words::CREATED } else { words::NOTHING_KEPT }.to_owned());
            }
        }
    }
    let mut lines = lines.into_iter();
    let mut note = Note::new(tone, lines.next().unwrap_or_default());
    for line in lines {
        note = note.line(line);
    }
    el("div").class("say").id(SAID).attr("tabindex", "-1").child(note).into()
}
