//! The forms about the team: fields, what is wrong with them, and what became of what was sent.

use leptos::prelude::*;

use crate::{
    app::{App, Desk, Said},
    team::{Field, Wrong},
    text::{errors, team as words},
    ui::{Element, Note, Shape, Tone, View, copy, el, focus, picture, typed},
};

/// A field. What is typed stays in it: it is read as the form is sent.
pub(super) fn field(desk: &Desk, of: Field, value: &str) -> Element {
    let (label, hint) = words::field(of);
    labelled(desk, of, label, hint, value)
}

/// A field, by another label and hint than its own.
pub(super) fn labelled(desk: &Desk, of: Field, label: &'static str, hint: &'static str, value: &str) -> Element {
    let id = of.id();
    let kind = match of {
        Field::Token => "password",
        Field::Expires => "date",
        _ => "text",
    };
    let wrong = desk.wrong.as_ref().filter(|wrong| wrong.field() == of);
    let note = wrong.map(|wrong| {
        let (what, remedy) = words::wrong(wrong);
        el("div").id("faux").child(Note::new(Tone::Error, what).line(remedy))
    });
    let hint_id = format!("{id}-aide");
    let described = if wrong.is_some() { format!("{hint_id} faux") } else { hint_id.clone() };
    let input = el("input")
        .id(id)
        .attr("type", kind)
        .attr("value", value.to_owned())
        .attr("autocomplete", "off")
        .attr(
            "maxlength",
            match of {
                Field::Token => "512",
                Field::Demarches => "9000",
                _ => "100",
            },
        )
        .attr("aria-describedby", described)
        .attr("aria-invalid", wrong.map(|_| "true"));
    el("div")
        .class("field")
        .child(el("label").attr("for", id).child(label))
        .child(el("p").class("hint").id(hint_id).child(hint))
        .child(input)
        .child(el("div").class("note-for").child(note))
}

/// What is typed in a field.
pub(super) fn typed_in(of: Field) -> String {
    typed(of.id())
}

/// What is typed, or what is wrong with it: said there, where the focus then is.
pub(super) fn read<T>(app: App, typed: Result<T, Wrong>) -> Option<T> {
    match typed {
        Ok(read) => Some(read),
        Err(wrong) => {
            let id = wrong.field().id();
            app.desk.update(|desk| {
                desk.wrong = Some(wrong);
                desk.said = Said::Nothing;
            });
            focus(id, "");
            None
        }
    }
}

/// The fields of a token: those of one that is there already show what is known of it.
pub(super) fn token_fields(desk: &Desk, known: Option<&crate::proxy::Token>) -> View {
    let (label, hint) = words::field(Field::Token);
    let demarches = known.map(|token| token.demarches.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let expires = known.and_then(|token| token.expires).map(|day| day.to_string());
    View::from([
        field(desk, Field::Name, known.map_or("", |token| &token.name)).into(),
        labelled(desk, Field::Token, label, if known.is_some() { words::KEPT_TOKEN } else { hint }, "").into(),
        field(desk, Field::Demarches, demarches.as_deref().unwrap_or_default()).into(),
        field(desk, Field::Expires, expires.as_deref().unwrap_or_default()).into(),
    ])
}

/// What became of what was asked in a part of the screen.
pub(super) fn said(app: App, desk: &Desk, place: &'static str) -> View {
    if desk.place != place {
        return View::NOTHING;
    }
    let now = app.now();
    let said: View = match &desk.said {
        Said::Nothing => return View::NOTHING,
        Said::Waiting => el("p").attr("role", "status").child(words::WAITING).into(),
        Said::Done => Note::new(Tone::Success, words::DONE).into(),
        Said::Refused(error) => {
            let explained = words::refused(error, now);
            let intact = if desk.is_created { words::CREATED } else { words::NOTHING_KEPT };
            Note::new(Tone::Error, explained.what).line(intact).line(explained.remedy).into()
        }
        Said::Code(code, until) => el("p")
            .attr("role", "status")
            .child(copy(code.clone(), words::COPY_CODE))
            .child(" ")
            .child(el("span").class("meta").child(words::valid_until(*until)))
            .into(),
        Said::Deposited(deposited) => {
            if let Some(error) = &deposited.token.refusal {
                let explained = words::refused(error, now);
                Note::new(Tone::Error, explained.what).line(explained.remedy).into()
            } else if deposited.refused.is_empty() {
                Note::new(Tone::Success, words::opens(deposited)).into()
            } else {
                let note = Note::new(Tone::Warning, words::NOT_ALL);
                let refused = deposited.refused.iter();
                refused.fold(note, |note, (number, error)| note.line(errors::source(error, Some(*number), now).what)).into()
            }
        }
    };
    el("div").class("say").child(said).into()
}

/// How to make a token, with the address of the proxy.
pub(super) fn guide(address: Option<&str>) -> Element {
    let steps = words::HOW_STEPS.map(|step| el("li").child(step));
    el("div")
        .child(el("h2").child(words::HOW))
        .child(page())
        .child(el("ol").class("how say").child(View::list(steps)))
        .child(address.map(shown_address))
}

/// The address of the proxy, to copy.
pub(super) fn shown_address(address: &str) -> Element {
    el("p").class("say").child(words::ADDRESS).child(" ").child(copy(address.to_owned(), words::COPY_ADDRESS))
}

/// DS's page, with its four settings marked.
fn page() -> Element {
    use Shape::{Line, Number, Rectangle, Words};
    let [title, demarches, rights, read, write, addresses, end, year] = words::PICTURE_WORDS;
    picture(
        "0 0 300 292",
        words::PICTURE_TITLE,
        words::PICTURE_DESCRIPTION,
        &[
            Rectangle("f0", [0, 0, 300, 292], 0),
            Rectangle("f1", [0, 0, 300, 34], 0),
            Line("ln", "M0 34h300"),
            Words("tb", 14, 22, title),
            Number(22, 58, "1"),
            Words("tb", 42, 62, demarches),
            Rectangle("ink", [42, 72, 242, 24], 3),
            Words("", 50, 88, "131016, 142062"),
            Number(22, 122, "2"),
            Words("tb", 42, 126, rights),
            Line("mk", "M43 143a5 5 0 1 0 10 0 5 5 0 1 0-10 0m3 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0"),
            Words("", 60, 147, read),
            Line("ink", "M155 143a5 5 0 1 0 10 0 5 5 0 1 0-10 0"),
            Words("t2", 172, 147, write),
            Number(22, 174, "3"),
            Words("tb", 42, 178, addresses),
            Rectangle("ink", [42, 188, 242, 24], 3),
            Number(22, 238, "4"),
            Words("tb", 42, 242, end),
            Rectangle("ink", [42, 252, 110, 24], 3),
            Words("", 50, 268, year),
        ],
    )
}
