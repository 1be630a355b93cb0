//! Tables. Narrow, each line becomes a block: the roles are said, since `display` takes the native ones away.

use super::{Element, View, el};
use crate::text::ACTIONS;

/// A table by its caption, its heads and its lines, which may end with actions.
pub(crate) fn table(caption: &'static str, heads: &'static [&'static str], has_actions: bool, rows: Vec<View>) -> Element {
    let mut line = Vec::new();
    for head in heads.iter().chain(has_actions.then_some(&ACTIONS)) {
        line.push(el("th").attr("role", "columnheader").attr("scope", "col").child(*head).into());
    }
    el("table")
        .attr("role", "table")
        .class("table stack")
        .child(el("caption").class("vh").child(caption))
        .child(el("thead").attr("role", "rowgroup").child(el("tr").attr("role", "row").child(line)))
        .child(el("tbody").attr("role", "rowgroup").child(rows))
}

/// A line of a table: what it is about, then its cells. Where the heads are not seen, the cells say theirs; buttons say enough.
pub(crate) fn row(class: &'static str, head: impl Into<View>, heads: &[&'static str], cells: Vec<View>) -> View {
    let mut line = Vec::new();
    let mut heads = heads.iter().skip(1);
    for cell in cells {
        line.push(el("td").attr("role", "cell").attr("data-l", heads.next().copied()).child(cell).into());
    }
    el("tr").attr("role", "row").child(el("th").attr("role", "rowheader").attr("scope", "row").class(class).child(head)).child(line).into()
}
