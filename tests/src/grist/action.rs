//! User actions, read from their JSON form.
use super::refusal::Refusal;
use serde_json::{Map, Value};

/// Values per column.
pub(crate) type Columns = Vec<(String, Vec<Value>)>;

/// In which sections a new column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// `AddColumn`: the raw data view only.
    Raw,
    /// `AddVisibleColumn`: also every grid of the table.
    Everywhere,
    /// `AddHiddenColumn`
    Nowhere,
}

/// An action that the sample performs.
#[derive(Debug)]
pub(crate) enum Action {
    AddTable(Option<String>, Vec<Map<String, Value>>),
    AddRawTable(Option<String>),
    AddEmptyTable(Option<String>),
    RenameTable(String, String),
    RemoveTable(String),
    RemoveView(i64),
    AddColumn(Shown, String, Option<String>, Map<String, Value>),
    ModifyColumn(String, String, Map<String, Value>),
    RenameColumn(String, String, String),
    RemoveColumn(String, String),
    SetDisplayFormula(String, Value, Option<String>),
    Add {
        table: String,
        ids: Vec<Value>,
        columns: Columns,
        single: bool,
    },
    Update {
        table: String,
        ids: Vec<Value>,
        columns: Columns,
    },
    Remove {
        table: String,
        ids: Vec<Value>,
    },
    Replace {
        table: String,
        ids: Vec<Value>,
        columns: Columns,
    },
    Upsert {
        table: String,
        require: Columns,
        values: Columns,
        options: Map<String, Value>,
        single: bool,
    },
    /// `Calculate`: nothing to do.
    Nothing,
}

/// Actions of Grist that Relais does not use.
const UNUSED: [&str; 24] = [
    "AddEmptyRule",
    "AddReverseColumn",
    "AddSummaryView",
    "AddView",
    "AddViewSection",
    "ApplyDocActions",
    "ApplyUndoActions",
    "ConvertFromColumn",
    "CopyFromColumn",
    "CreateViewSection",
    "DetachSummaryViewSection",
    "DuplicateTable",
    "EvalCode",
    "GenImporterView",
    "InitNewDoc",
    "MakeImportTransformColumns",
    "MaybeCopyDisplayFormula",
    "RemoveViewSection",
    "RenameChoices",
    "RespondToRequests",
    "TransformAndFinishImport",
    "UpdateCurrentTime",
    "UpdateSummaryViewSection",
    "AddReferenceColumn",
];

impl Action {
    /// Reads one action; what Grist does not know, or Relais does not use, is refused by its name.
    pub(crate) fn parse(action: Value) -> Result<Self, Refusal> {
        let Value::Array(items) = action else {
            return Err(not_controlled("undefined"));
        };
        let mut items = items.into_iter();
        let Some(Value::String(name)) = items.next() else {
            return Err(not_controlled("undefined"));
        };
        let mut arguments = Arguments { name: &name, items };
        let action = match name.as_str() {
            "AddTable" => {
                let id = arguments.optional_text()?;
                let columns = arguments.list("columns")?;
                let columns = columns.into_iter().map(object).collect::<Result<_, _>>()?;
                Self::AddTable(id, columns)
            }
            "AddRawTable" => Self::AddRawTable(arguments.optional_text()?),
            "AddEmptyTable" => Self::AddEmptyTable(arguments.optional_text()?),
            "RenameTable" => Self::RenameTable(arguments.text()?, arguments.text()?),
            "RemoveTable" => Self::RemoveTable(arguments.text()?),
            "RemoveView" => {
                let id = arguments.value("view_id")?;
                Self::RemoveView(id.as_i64().ok_or_else(Refusal::no_record)?)
            }
            "AddColumn" => arguments.add_column(Shown::Raw)?,
            "AddVisibleColumn" => arguments.add_column(Shown::Everywhere)?,
            "AddHiddenColumn" => arguments.add_column(Shown::Nowhere)?,
            "ModifyColumn" => Self::ModifyColumn(arguments.text()?, arguments.text()?, object(arguments.value("col_info")?)?),
            "RenameColumn" => Self::RenameColumn(arguments.text()?, arguments.text()?, arguments.text()?),
            "RemoveColumn" => Self::RemoveColumn(arguments.text()?, arguments.text()?),
            "SetDisplayFormula" => {
                let table = arguments.text()?;
                if !arguments.value("field_ref")?.is_null() {
                    return Err(Refusal::unsupported("SetDisplayFormula for one field of one view"));
                }
                let column = arguments.value("col_ref")?;
                let formula = arguments.optional_text()?;
                Self::SetDisplayFormula(table, column, formula)
            }
            "AddRecord" => Self::Add {
                table: arguments.text()?,
                ids: vec![arguments.value("row_id")?],
                columns: single(arguments.value("column_values")?)?,
                single: true,
            },
            "BulkAddRecord" => Self::Add {
                table: arguments.text()?,
                ids: arguments.list("row_ids")?,
                columns: bulk(arguments.value("column_values")?)?,
                single: false,
            },
            "UpdateRecord" => {
                Self::Update { table: arguments.text()?, ids: vec![arguments.value("row_id")?], columns: single(arguments.value("columns")?)? }
            }
            "BulkUpdateRecord" => {
                Self::Update { table: arguments.text()?, ids: arguments.list("row_ids")?, columns: bulk(arguments.value("columns")?)? }
            }
            "RemoveRecord" => Self::Remove { table: arguments.text()?, ids: vec![arguments.value("row_id")?] },
            "BulkRemoveRecord" => Self::Remove { table: arguments.text()?, ids: arguments.list("row_ids")? },
            "ReplaceTableData" => {
                Self::Replace { table: arguments.text()?, ids: arguments.list("row_ids")?, columns: bulk(arguments.value("columns")?)? }
            }
            "AddOrUpdateRecord" => Self::Upsert {
                table: arguments.text()?,
                require: single(arguments.value("require")?)?,
                values: single(arguments.value("col_values")?)?,
                options: arguments.options()?,
                single: true,
            },
            "BulkAddOrUpdateRecord" => Self::Upsert {
                table: arguments.text()?,
                require: bulk(arguments.value("require")?)?,
                values: bulk(arguments.value("col_values")?)?,
                options: arguments.options()?,
                single: false,
            },
            "Calculate" => Self::Nothing,
            unused if UNUSED.contains(&unused) => return Err(Refusal::unsupported(format!("the action {unused}"))),
            unknown => return Err(not_controlled(unknown)),
        };
        if arguments.items.next().is_some() {
            return Err(Refusal::type_error(format!("{name}: too many positional arguments")));
        }
        Ok(action)
    }
}

fn not_controlled(name: &str) -> Refusal {
    Refusal::denied(format!("Blocked by access rules: '{name}' actions are not controlled"))
}

struct Arguments<'a> {
    name: &'a str,
    items: std::vec::IntoIter<Value>,
}

impl Arguments<'_> {
    fn value(&mut self, what: &str) -> Result<Value, Refusal> {
        self.items.next().ok_or_else(|| {
            let name = self.name;
            Refusal::type_error(format!("{name}: {name}.__new__() missing 1 required positional argument: '{what}'"))
        })
    }

    fn text(&mut self) -> Result<String, Refusal> {
        match self.value("table_id")? {
            Value::String(text) => Ok(text),
            other => Err(Refusal::key_error(&super::python::repr(&other))),
        }
    }

    fn optional_text(&mut self) -> Result<Option<String>, Refusal> {
        match self.value("table_id")? {
            Value::String(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            other => Err(Refusal::type_error(format!("a text was expected, not {other}"))),
        }
    }

    fn list(&mut self, what: &str) -> Result<Vec<Value>, Refusal> {
        match self.value(what)? {
            Value::Array(items) => Ok(items),
            other => Err(not_iterable(&other)),
        }
    }

    fn options(&mut self) -> Result<Map<String, Value>, Refusal> {
        match self.value("options")? {
            Value::Object(options) => Ok(options),
            _ => Err(Refusal::sandbox("AttributeError", "'NoneType' object has no attribute 'get'")),
        }
    }

    fn add_column(&mut self, shown: Shown) -> Result<Action, Refusal> {
        Ok(Action::AddColumn(shown, self.text()?, self.optional_text()?, object(self.value("col_info")?)?))
    }
}

fn object(value: Value) -> Result<Map<String, Value>, Refusal> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(Refusal::sandbox("AttributeError", format!("{other} has no attribute 'items'"))),
    }
}

fn single(values: Value) -> Result<Columns, Refusal> {
    let fields = object(values)?;
    Ok(fields.into_iter().map(|(name, value)| (name, vec![value])).collect())
}

fn bulk(values: Value) -> Result<Columns, Refusal> {
    object(values)?
        .into_iter()
        .map(|(name, values)| match values {
            Value::Array(values) => Ok((name, values)),
            // Python walks through a text letter by letter.
            Value::String(text) => {
                let letters = text.chars().map(|letter| Value::String(letter.into())).collect();
                Ok((name, letters))
            }
            other => Err(not_iterable(&other)),
        })
        .collect()
}

fn not_iterable(value: &Value) -> Refusal {
    let kind = match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(_) => "int",
        _ => "object",
    };
    Refusal::type_error(format!("'{kind}' object is not iterable"))
}
