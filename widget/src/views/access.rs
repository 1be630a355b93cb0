//! Access not granted: where Grist's own button is, with a picture.

use leptos::prelude::*;

use crate::{
    app::App,
    grist::AccessLevel,
    text::states,
    ui::{Element, Header, Icon, Shell, View, button, el, icon, mark, svg},
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
                .child(el("figure").child(picture()))
                .child(level),
        )
        .into()
}

/// Grist's panel, with its three places marked.
fn picture() -> Element {
    let [custom, column, page, sort, source, level, none, needs, complete, accept] = states::PICTURE_WORDS;
    let words =
        |class: &'static str, x: &'static str, y: &'static str, words: &'static str| svg("text").class(class).attr("x", x).attr("y", y).child(words);
    let rectangle = |class: &'static str, x: &'static str, y: &'static str, width: &'static str, height: &'static str, radius: &'static str| {
        svg("rect").class(class).attr("x", x).attr("y", y).attr("width", width).attr("height", height).attr("rx", radius)
    };
    let line = |class: &'static str, line: &'static str| svg("path").class(class).attr("d", line);
    let disc = |x: &'static str, y: &'static str| svg("circle").class("f2").attr("cx", x).attr("cy", y).attr("r", "10");
    let number = |y: &'static str, number: &'static str| words("tw", "18", y, number).attr("dy", "4");
    svg("svg")
        .class("pic")
        .attr("viewBox", "0 0 288 286")
        .attr("role", "img")
        .attr("aria-labelledby", "image-titre image-description")
        .child(svg("title").id("image-titre").child(states::PICTURE_TITLE))
        .child(svg("desc").id("image-description").child(states::PICTURE_DESCRIPTION))
        .child(rectangle("f0", "0", "0", "288", "286", "0"))
        .child(rectangle("f1", "36", "0", "252", "286", "0"))
        .child(line("ln", "M36 0v286M0 36h288M36 72h252"))
        .child(rectangle("mk", "256", "6", "25", "24", "4"))
        .child(line("ink", "M262 12h13v12h-13zM270.5 12v12"))
        .child(disc("241", "18"))
        .child(words("tw", "241", "22", "1"))
        .child(words("tb", "54", "60", custom))
        .child(words("t2", "176", "60", column))
        .child(line("mk", "M48 72h92"))
        .child(disc("18", "56"))
        .child(number("56", "2"))
        .child(words("tb", "54", "98", page))
        .child(words("t2", "92", "98", sort))
        .child(words("t2", "186", "98", source))
        .child(line("mk", "M50 106h30"))
        .child(words("t2 ts", "54", "134", level))
        .child(rectangle("f0", "54", "142", "216", "26", "3"))
        .child(rectangle("ln", "54", "142", "216", "26", "3"))
        .child(words("", "62", "159", none))
        .child(line("ink", "m256 153 4 4 4-4"))
        .child(words("", "54", "194", needs))
        .child(words("", "54", "210", complete))
        .child(rectangle("f2", "58", "228", "82", "28", "3"))
        .child(words("tw", "99", "246", accept))
        .child(rectangle("ln", "156", "228", "72", "28", "3"))
        .child(words("tm", "192", "246", states::PICTURE_REFUSE))
        .child(rectangle("mk", "52", "222", "94", "40", "6"))
        .child(disc("18", "242"))
        .child(number("242", "3"))
}
