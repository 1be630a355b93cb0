//! Access rules, as far as what they refuse: rules on tables, on columns and on the document's structure.
use super::refusal::Refusal;
use super::state::{ColumnRef, State, TableRef};

/// A rule for everybody but owners, as Grist's page of access rules shows it.
#[derive(Debug, Clone)]
pub struct AccessRule {
    /// A table's id, or `*` for the default rule.
    pub table: String,
    /// Column ids separated by commas, or `*`.
    pub columns: String,
    /// `-C`, `+CRUD`, `-R`…: create, read, update, delete, structure.
    pub permissions: String,
}

impl AccessRule {
    /// A rule from its three texts.
    pub fn new(table: &str, columns: &str, permissions: &str) -> Self {
        Self { table: table.to_owned(), columns: columns.to_owned(), permissions: permissions.to_owned() }
    }

    /// The rule by references: renaming a table or a column keeps it.
    pub(crate) fn bind(&self, state: &State) -> Result<Bound, Refusal> {
        let table = match self.table.as_str() {
            "*" => None,
            table => Some(state.table_ref(table).ok_or_else(|| Refusal::key_error(table))?),
        };
        let columns = match (table, self.columns.as_str()) {
            (_, "*") => None,
            (None, _) => return Err(Refusal::value_error("a default rule is for all columns")),
            (Some(table), columns) => Some(
                columns
                    .split(',')
                    .map(|name| {
                        let (column, _) = state.column_named(table, name.trim()).ok_or_else(|| Refusal::key_error(name))?;
                        Ok(column)
                    })
                    .collect::<Result<_, Refusal>>()?,
            ),
        };
        Ok(Bound { table, columns, permissions: self.permissions.clone() })
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Create,
    Read,
    Update,
    Delete,
    Structure,
}

impl Permission {
    fn letter(self) -> char {
        match self {
            Self::Create => 'C',
            Self::Read => 'R',
            Self::Update => 'U',
            Self::Delete => 'D',
            Self::Structure => 'S',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Structure => "structure",
        }
    }
}

/// A rule that stands in a document.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    table: Option<TableRef>,
    columns: Option<Vec<ColumnRef>>,
    permissions: String,
}

impl Bound {
    /// Whether the rule allows or denies, when it says anything of the permission.
    fn says(&self, permission: Permission) -> Option<bool> {
        let mut sign = true;
        for character in self.permissions.chars() {
            match character {
                '+' => sign = true,
                '-' => sign = false,
                letter if letter == permission.letter() => return Some(sign),
                _ => {}
            }
        }
        None
    }
}

/// What one user may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'a> {
    rules: &'a [Bound],
}

impl<'a> Access<'a> {
    /// Owners are not subject to rules here: they could change them.
    pub(crate) fn new(rules: &'a [Bound], owner: bool) -> Self {
        Self { rules: if owner { &[] } else { rules } }
    }

    /// The default rule: for tables that have none of their own.
    pub(crate) fn by_default(&self, permission: Permission) -> bool {
        self.rules.iter().filter(|rule| rule.table.is_none()).find_map(|rule| rule.says(permission)).unwrap_or(true)
    }

    pub(crate) fn table(&self, table: TableRef, permission: Permission) -> bool {
        self.rules
            .iter()
            .filter(|rule| rule.table == Some(table) && rule.columns.is_none())
            .find_map(|rule| rule.says(permission))
            .unwrap_or_else(|| self.by_default(permission))
    }

    pub(crate) fn column(&self, table: TableRef, column: ColumnRef, permission: Permission) -> bool {
        self.rules
            .iter()
            .filter(|rule| rule.columns.as_ref().is_some_and(|columns| columns.contains(&column)))
            .find_map(|rule| rule.says(permission))
            .unwrap_or_else(|| self.table(table, permission))
    }

    /// Whether no column of the table is kept from the user.
    pub(crate) fn reads_whole(&self, table: TableRef) -> bool {
        self.table(table, Permission::Read)
            && !self.rules.iter().any(|rule| rule.table == Some(table) && rule.columns.is_some() && rule.says(Permission::Read) == Some(false))
    }

    pub(crate) fn require(&self, table: TableRef, permission: Permission) -> Result<(), Refusal> {
        if self.table(table, permission) { Ok(()) } else { Err(blocked("table", permission)) }
    }

    /// The right to change tables and columns; `scope` is the word in Grist's message.
    pub(crate) fn require_structure(&self, scope: &str) -> Result<(), Refusal> {
        if self.by_default(Permission::Structure) { Ok(()) } else { Err(blocked(scope, Permission::Structure)) }
    }
}

pub(crate) fn blocked(scope: &str, permission: Permission) -> Refusal {
    Refusal::denied(format!("Blocked by {scope} {} access rules", permission.word()))
}
