//! The types of columns.
use super::calendar::Zone;
use super::cell::Cell;
use super::refusal::Refusal;

/// The type of a column, as its name in `_grist_Tables_column.type` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Choice,
    ChoiceList,
    Int,
    Numeric,
    Bool,
    Date,
    DateTime(Zone),
    /// The referred table's id.
    Ref(String),
    RefList(String),
    Attachments,
    ManualSortPos,
    Any,
}

/// The table that `Attachments` cells refer to.
pub(crate) const ATTACHMENTS: &str = "_grist_Attachments";

impl ColumnType {
    pub(crate) fn parse(name: &str) -> Result<Self, Refusal> {
        Ok(match name {
            "Text" => Self::Text,
            "Choice" => Self::Choice,
            "ChoiceList" => Self::ChoiceList,
            "Int" => Self::Int,
            "Numeric" => Self::Numeric,
            "Bool" => Self::Bool,
            "Date" => Self::Date,
            "DateTime" => Self::DateTime(Zone::Utc),
            "Attachments" => Self::Attachments,
            "ManualSortPos" => Self::ManualSortPos,
            "Any" => Self::Any,
            "" => return Err(Refusal::sandbox("SyntaxError", "invalid syntax (usercode)")),
            _ => match name.split_once(':') {
                Some(("DateTime", zone)) => Self::DateTime(Zone::named(zone)),
                Some(("Ref", table)) => Self::Ref(table.to_owned()),
                Some(("RefList", table)) => Self::RefList(table.to_owned()),
                _ => {
                    return Err(Refusal::sandbox("AttributeError", format!("module 'grist' has no attribute '{name}'")));
                }
            },
        })
    }

    /// What a cell holds when nothing was ever written into it.
    pub(crate) fn default_cell(&self) -> Cell {
        match self {
            Self::Text | Self::Choice => Cell::text(""),
            Self::Int | Self::Numeric | Self::Ref(_) | Self::ManualSortPos => Cell::Number(0.0),
            Self::Bool => Cell::Bool(false),
            Self::ChoiceList | Self::Date | Self::DateTime(_) | Self::RefList(_) | Self::Attachments | Self::Any => Cell::Null,
        }
    }

    /// The table that cells of this type refer to.
    pub(crate) fn target(&self) -> Option<&str> {
        match self {
            Self::Ref(table) | Self::RefList(table) => Some(table),
            Self::Attachments => Some(ATTACHMENTS),
            _ => None,
        }
    }
}
