//! Pictures of other people's screens, drawn with the colours of the theme.

use super::{Element, View, el, svg};

/// A part of a picture. Classes are those of the style sheet.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// By its class, its left, top, width and height, and its corners.
    Rectangle(&'static str, [u16; 4], u16),
    /// By its class and its path.
    Line(&'static str, &'static str),
    /// A number in a disc, by its middle.
    Number(u16, u16, &'static str),
    /// By its class, and where it begins.
    Words(&'static str, u16, u16, &'static str),
}

impl Shape {
    fn draw(self) -> [Option<Element>; 2] {
        let place = |element: Element, names: [&'static str; 2], x: u16, y: u16| element.attr(names[0], x.to_string()).attr(names[1], y.to_string());
        let words = |class, x, y, words: &'static str| place(svg("text").class(class), ["x", "y"], x, y).child(words);
        match self {
            Self::Rectangle(class, [x, y, width, height], corners) => {
                let rectangle = place(svg("rect").class(class).attr("rx", corners.to_string()), ["x", "y"], x, y);
                [Some(place(rectangle, ["width", "height"], width, height)), None]
            }
            Self::Line(class, path) => [Some(svg("path").class(class).attr("d", path)), None],
            Self::Number(x, y, number) => {
                [Some(place(svg("circle").class("f2").attr("r", "10"), ["cx", "cy"], x, y)), Some(words("tw", x, y.saturating_add(4), number))]
            }
            Self::Words(class, x, y, text) => [Some(words(class, x, y, text)), None],
        }
    }
}

/// A picture, with its name and what it shows in words.
pub(crate) fn picture(view: &'static str, title: &'static str, description: &'static str, shapes: &[Shape]) -> Element {
    let drawn = shapes.iter().flat_map(|shape| shape.draw()).flatten();
    let picture = svg("svg")
        .class("pic")
        .attr("viewBox", view)
        .attr("role", "img")
        .attr("aria-labelledby", "image-titre image-description")
        .child(svg("title").id("image-titre").child(title))
        .child(svg("desc").id("image-description").child(description))
        .child(View::list(drawn));
    el("figure").child(picture)
}
