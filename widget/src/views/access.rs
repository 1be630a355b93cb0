//! Access not granted: where Grist's own button is, with a picture.

use leptos::prelude::*;

use crate::{
    app::App,
    grist::AccessLevel,
    text::states,
    ui::{
        Header, Icon,
        Shape::{self, Line, Number, Rectangle, Words},
        Shell, View, button, el, icon, mark, picture,
    },
};

/// The screen of the access level. It goes away by itself: Grist loads the widget again when the level changes.
pub(super) fn access_screen(level: AccessLevel) -> View {
    let app = App::current();
    let is_still_missing = RwSignal::new(false);
    let look = move || {
        is_still_missing.set(false);
        app.check_access(move || is_still_missing.set(true));
    };
    let present = if level == AccessLevel::ReadTable { states::LEVEL_READ_TABLE } else { states::LEVEL_NONE };
    let missing =
        move || is_still_missing.get().then(|| el("p").class("st warn say").child(icon(Icon::Warning)).child(el("span").child(states::ACCESS_STILL)));
    let more = |class, question, answer| el("details").class(class).child(el("summary").child(question)).child(el("p").class("prose").child(answer));
    let level = el("div")
        .child(el("p").attr("role", "status").child(mark("st off", Icon::Clock, present)))
        .child(more("more say", states::ACCESS_WHY, states::ACCESS_WHY_ANSWER))
        .child(more("more", states::ACCESS_NO_BUTTON, states::ACCESS_NO_BUTTON_ANSWER));
    let steps = states::ACCESS_STEPS.map(|step| el("li").child(step));
    Shell::new(Header::Areas, || states::ACCESS_TITLE.to_owned())
        .actions(button("btn primary", states::ACCESS_CHECK, look))
        .child(el("div").attr("role", "alert").child(missing))
        .child(el("p").class("lead").child(states::ACCESS_LEAD))
        .child(
            el("div")
                .class("two block")
                .child(el("div").child(el("ol").class("how").child(View::list(steps))))
                .child(picture("0 0 288 286", states::PICTURE_TITLE, states::PICTURE_DESCRIPTION, &PANEL))
                .child(level),
        )
        .into()
}

/// Grist's panel, with its three places marked.
const PANEL: [Shape; 27] = {
    let [custom, column, page, sort, source, level, none, needs, complete, accept] = states::PICTURE_WORDS;
    [
        Rectangle("f0", [0, 0, 288, 286], 0),
        Rectangle("f1", [36, 0, 252, 286], 0),
        Line("ln", "M36 0v286M0 36h288M36 72h252"),
        Rectangle("mk", [256, 6, 25, 24], 4),
        Line("ink", "M262 12h13v12h-13zM270.5 12v12"),
        Number(241, 18, "1"),
        Words("tb", 54, 60, custom),
        Words("t2", 176, 60, column),
        Line("mk", "M48 72h92"),
        Number(18, 56, "2"),
        Words("tb", 54, 98, page),
        Words("t2", 92, 98, sort),
        Words("t2", 186, 98, source),
        Line("mk", "M50 106h30"),
        Words("t2 ts", 54, 134, level),
        Rectangle("f0", [54, 142, 216, 26], 3),
        Rectangle("ln", [54, 142, 216, 26], 3),
        Words("", 62, 159, none),
        Line("ink", "m256 153 4 4 4-4"),
        Words("", 54, 194, needs),
        Words("", 54, 210, complete),
        Rectangle("f2", [58, 228, 82, 28], 3),
        Words("tw", 99, 246, accept),
        Rectangle("ln", [156, 228, 72, 28], 3),
        Words("tm", 192, 246, states::PICTURE_REFUSE),
        Rectangle("mk", [52, 222, 94, 40], 6),
        Number(18, 242, "3"),
    ]
};
