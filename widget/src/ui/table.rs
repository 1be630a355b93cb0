//! Tables. Narrow, each line becomes a block: the roles are said, since `display` takes the native ones away.

use super::{Element, Value, View, el};

/// A table by its caption, its heads and its lines.
pub(crate) fn table(caption: &'static str, heads: &'static [&'static str], rows: Vec<View>) -> Element {
    let heads = heads.iter().map(|head| el("th").attr("role", "columnheader").attr("scope", "col").child(*head));
    el("table")
        .attr("role", "table")
        .class("table stack")
        .child(el("caption").class("vh").child(caption))
        .child(el("thead").attr("role", "rowgroup").child(el("tr").attr("role", "row").child(View::list(heads))))
        .child(el("tbody").attr("role", "rowgroup").child(rows))
}

/// A line of a table: what it is about, then its cells, each with what names it where there are no heads.
pub(crate) fn row(class: impl Into<Value>, head: impl Into<View>, cells: Vec<(&'static str, View)>) -> View {
    let cell = |(label, cell): (&'static str, View)| el("td").attr("role", "cell").attr("data-l", (!label.is_empty()).then_some(label)).child(cell);
    el("tr")
        .attr("role", "row")
        .child(el("th").attr("role", "rowheader").attr("scope", "row").class(class).child(head))
        .child(View::list(cells.into_iter().map(cell)))
        .into()
}
