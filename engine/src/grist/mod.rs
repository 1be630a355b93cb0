//! What Grist understands: column types, cell values, user actions, identifiers, errors (facts/grist.md).

mod actions;
mod column;
mod error;
mod identifiers;
mod schema;
mod value;

pub use actions::{Applied, ApplyOptions, Columns, NewColumn, UserAction};
pub use column::{ChoiceStyle, ColumnType, WidgetOptions};
pub use error::{Denied, DocumentError};
pub(crate) use identifiers::ascii;
pub use identifiers::{ColumnId, ColumnRef, TableId, TableRef, free_identifier, identifier, is_title_of};
pub use schema::{DocumentSchema, SchemaColumn, SchemaTable};
pub use value::{CellValue, LARGEST_EXACT_INTEGER};
