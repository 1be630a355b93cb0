//! How to make a token in DS, with a picture.

use crate::{
    text::team as words,
    ui::{
        Element,
        Shape::{self, Line, Number, Rectangle, Words},
        View, copy, el, picture,
    },
};

/// The steps, and the address of the proxy.
pub(super) fn guide(address: Option<&str>) -> Element {
    let step = |step| el("li").child(step);
    let [demarches, rights, end] = words::HOW_STEPS.map(step);
    // Without an address to copy, somebody else has it.
    let address_step = step(if address.is_some() { words::HOW_ADDRESS } else { words::HOW_ADDRESS_ASKED });
    el("div")
        .child(el("h2").child(words::HOW))
        .child(picture("0 0 300 292", words::PICTURE_TITLE, words::PICTURE_DESCRIPTION, &PAGE))
        .child(el("ol").class("how say").child(View::list([demarches, rights, address_step, end])))
        .child(shown_address(address))
}

/// The address of the proxy, to copy; nothing when the operator does not say.
pub(super) fn shown_address(address: Option<&str>) -> View {
    address.map(|address| el("p").class("say").child(words::ADDRESS).child(" ").child(copy(address.to_owned(), words::COPY_ADDRESS))).into()
}

/// DS's page, with its four settings marked.
const PAGE: [Shape; 21] = {
    let [title, demarches, rights, read, write, addresses, end, year] = words::PICTURE_WORDS;
    [
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
        Line("mk", "M43 143a5 5 0 1 0 10 0 5 5 0 1 0-10 0m4 0h2"),
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
    ]
};
