//! The section of a document that shows a widget.
use super::bundle::Bundle;
use super::document::SampleDocument;
use super::refusal::Refusal;
use super::rules::Access;
use serde::Serialize;
use serde_json::{Value, json};

/// Row of `_grist_Views_section` that holds the widget: every document starts with it, on a page of its own.
pub const WIDGET_SECTION: i64 = 4;

/// How much of the document a widget's section gives to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Nothing.
    None,
    /// The section's own table, to read.
    ReadTable,
    /// Whatever the user may do.
    Full,
}

impl AccessLevel {
    /// The word in the widget's address and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ReadTable => "read table",
            Self::Full => "full",
        }
    }
}

/// The options of a custom section, in the order in which Grist writes them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "Grist names them so")]
struct WidgetOptions<'a> {
    mode: &'a str,
    url: &'a str,
    access: &'a str,
    plugin_id: &'a str,
    section_id: &'a str,
    render_after_ready: bool,
    widget_options: Option<Value>,
    columns_mapping: Option<Value>,
}

impl SampleDocument {
    /// Puts a widget into the section that is kept for one, as its owner does in Grist's panel on the right.
    pub fn set_widget(&self, url: &str, access: AccessLevel) {
        let options = WidgetOptions {
            mode: "url",
            url,
            access: access.word(),
            plugin_id: "",
            section_id: "",
            render_after_ready: false,
            widget_options: None,
            columns_mapping: None,
        };
        // An option of an option: the inner one is a text again.
        let options = json!({"customView": serde_json::to_string(&options).unwrap_or_default()});
        self.with(|content| {
            Bundle::new(&mut content.state, Access::new(&[], true), true).change_section(WIDGET_SECTION, [("options", json!(options.to_string()))]);
        });
        self.announce(|versions| {
            versions.insert("_grist_Views_section".to_owned(), 0);
        });
    }

    /// Attaches the widget's section to a table: the widget hears of its changes.
    pub fn attach_widget(&self, table: &str) -> Result<(), Refusal> {
        self.with(|content| {
            let table = content.state.table_ref(table).ok_or_else(|| Refusal::key_error(table))?;
            Bundle::new(&mut content.state, Access::new(&[], true), true).change_section(WIDGET_SECTION, [("tableRef", json!(table))]);
            Ok(())
        })
    }
}
