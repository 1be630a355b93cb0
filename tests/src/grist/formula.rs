//! The few formulas that Relais's documents hold: a column, a column of a referred row, arithmetic on them, `len`,
//! `str`, `.upper()`. Any other is refused when it is written, so that no column is ever silently wrong.
use super::cell::Cell;
use super::python;
use super::refusal::Refusal;
use std::sync::Arc;

/// A parsed formula.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Formula {
    Constant(Cell),
    /// `$column`
    Column(String),
    /// `….name`: a column of a referred row.
    Attribute(Box<Formula>, String),
    Operation(Operator, Box<Formula>, Box<Formula>),
    /// `len(…)`
    Length(Box<Formula>),
    /// `str(…)`
    Text(Box<Formula>),
    /// `….upper()`
    Upper(Box<Formula>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Greater,
    Less,
    Equal,
}

/// What a formula reads from its row.
pub(crate) trait Row {
    /// The value of a column, or nothing when there is no such column.
    fn column(&self, name: &str) -> Option<Operand>;
    /// The value of a column of another table's row.
    fn attribute(&self, table: &str, row: i64, name: &str) -> Option<Operand>;
}

/// A value while it is computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Cell(Cell),
    /// A referred row; 0 is the empty one.
    Record(Arc<str>, i64),
    Records(Arc<str>, Vec<i64>),
}

impl Formula {
    /// Reads a formula, or refuses it.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut parser = Parser { rest: text.trim() };
        let refused = || Refusal::unsupported(format!("the formula {text:?}"));
        let formula = parser.comparison().ok_or_else(refused)?;
        if parser.rest.is_empty() { Ok(formula) } else { Err(refused()) }
    }

    /// The value for one row; an error is a cell too, as in Grist.
    pub(crate) fn evaluate(&self, row: &impl Row) -> Cell {
        match self.operand(row) {
            Ok(Operand::Cell(cell)) => cell,
            Ok(Operand::Record(table, id)) => Cell::Encoded(Arc::new(serde_json::json!(["R", table.as_ref(), id]))),
            Ok(Operand::Records(table, ids)) => Cell::Encoded(Arc::new(serde_json::json!(["r", table.as_ref(), ids]))),
            Err(exception) => Cell::error(exception),
        }
    }

    fn operand(&self, row: &impl Row) -> Result<Operand, &'static str> {
        match self {
            Self::Constant(cell) => Ok(Operand::Cell(cell.clone())),
            Self::Column(name) => propagated(row.column(name).ok_or("AttributeError")?),
            Self::Attribute(object, name) => match object.operand(row)? {
                Operand::Record(table, id) => propagated(row.attribute(&table, id, name).ok_or("AttributeError")?),
                Operand::Records(table, ids) => {
                    let mut items = Vec::with_capacity(ids.len());
                    for id in ids {
                        match propagated(row.attribute(&table, id, name).ok_or("AttributeError")?)? {
                            Operand::Cell(cell) => items.push(cell),
                            Operand::Record(_, id) => items.push(Cell::id(id)),
                            Operand::Records(..) => return Err("AttributeError"),
                        }
                    }
                    Ok(Operand::Cell(Cell::List(items.into())))
                }
                Operand::Cell(_) => Err("AttributeError"),
            },
            Self::Operation(operator, left, right) => operate(*operator, left.operand(row)?, right.operand(row)?),
            Self::Length(inner) => match inner.operand(row)? {
                Operand::Cell(Cell::Text(text)) => {
                    let count = i64::try_from(text.chars().count()).map_err(|_| "OverflowError")?;
                    Ok(Operand::Cell(Cell::id(count)))
                }
                Operand::Cell(Cell::List(items)) => {
                    let count = i64::try_from(items.len()).map_err(|_| "OverflowError")?;
                    Ok(Operand::Cell(Cell::id(count)))
                }
                Operand::Records(_, ids) => {
                    let count = i64::try_from(ids.len()).map_err(|_| "OverflowError")?;
                    Ok(Operand::Cell(Cell::id(count)))
                }
                _ => Err("TypeError"),
            },
            Self::Text(inner) => match inner.operand(row)? {
                Operand::Cell(cell) => Ok(Operand::Cell(Cell::text(python::string(&cell.to_value())))),
                _ => Err("TypeError"),
            },
            Self::Upper(inner) => match inner.operand(row)? {
                Operand::Cell(Cell::Text(text)) => Ok(Operand::Cell(Cell::text(text.to_uppercase()))),
                _ => Err("AttributeError"),
            },
        }
    }
}

/// A cell that holds an error gives that error to whoever reads it.
fn propagated(operand: Operand) -> Result<Operand, &'static str> {
    if let Operand::Cell(Cell::Encoded(value)) = &operand
        && let Some("E") = value.get(0).and_then(serde_json::Value::as_str)
    {
        return Err(match value.get(1).and_then(serde_json::Value::as_str) {
            Some("ZeroDivisionError") => "ZeroDivisionError",
            Some("AttributeError") => "AttributeError",
            _ => "TypeError",
        });
    }
    Ok(operand)
}

fn operate(operator: Operator, left: Operand, right: Operand) -> Result<Operand, &'static str> {
    let (Operand::Cell(left), Operand::Cell(right)) = (left, right) else {
        return Err("TypeError");
    };
    if operator == Operator::Equal {
        return Ok(Operand::Cell(Cell::Bool(left == right)));
    }
    if let (Operator::Add, Cell::Text(left), Cell::Text(right)) = (operator, &left, &right) {
        return Ok(Operand::Cell(Cell::text(format!("{left}{right}"))));
    }
    let number = |cell: &Cell| match cell {
        Cell::Number(number) => Ok(*number),
        Cell::Bool(value) => Ok(f64::from(u8::from(*value))),
        _ => Err("TypeError"),
    };
    let (left, right) = (number(&left)?, number(&right)?);
    Ok(Operand::Cell(match operator {
        Operator::Add => Cell::Number(left + right),
        Operator::Subtract => Cell::Number(left - right),
        Operator::Multiply => Cell::Number(left * right),
        Operator::Divide if right == 0.0 => return Err("ZeroDivisionError"),
        Operator::Divide => Cell::Number(left / right),
        Operator::Greater => Cell::Bool(left > right),
        Operator::Less => Cell::Bool(left < right),
        Operator::Equal => return Err("TypeError"),
    }))
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn comparison(&mut self) -> Option<Formula> {
        let left = self.sum()?;
        let operator = match () {
            () if self.take("==") => Operator::Equal,
            () if self.take(">") => Operator::Greater,
            () if self.take("<") => Operator::Less,
            () => return Some(left),
        };
        let right = self.sum()?;
        Some(Formula::Operation(operator, Box::new(left), Box::new(right)))
    }

    fn sum(&mut self) -> Option<Formula> {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.take("+") => Operator::Add,
                () if self.take("-") => Operator::Subtract,
                () => return Some(left),
            };
            left = Formula::Operation(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Option<Formula> {
        let mut left = self.postfix()?;
        loop {
            let operator = match () {
                () if self.take("*") => Operator::Multiply,
                () if self.take("/") => Operator::Divide,
                () => return Some(left),
            };
            left = Formula::Operation(operator, Box::new(left), Box::new(self.postfix()?));
        }
    }

    fn postfix(&mut self) -> Option<Formula> {
        let mut inner = self.atom()?;
        while self.take(".") {
            let name = self.name()?;
            inner = if name == "upper" && self.take("()") {
                Formula::Upper(Box::new(inner))
            } else {
                Formula::Attribute(Box::new(inner), name.to_owned())
            };
        }
        Some(inner)
    }

    fn atom(&mut self) -> Option<Formula> {
        if self.take("$") {
            return Some(Formula::Column(self.name()?.to_owned()));
        }
        if self.take("(") {
            return self.closed();
        }
        for quote in ['"', '\''] {
            if let Some(rest) = self.rest.strip_prefix(quote) {
                let (text, rest) = rest.split_once(quote).filter(|(text, _)| !text.contains('\\'))?;
                self.rest = rest.trim_start();
                return Some(Formula::Constant(Cell::text(text)));
            }
        }
        let digits = self.rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(self.rest.len());
        if digits > 0 {
            let (number, rest) = self.rest.split_at_checked(digits)?;
            self.rest = rest.trim_start();
            return Some(Formula::Constant(Cell::Number(number.parse().ok()?)));
        }
        match self.name()? {
            "None" => Some(Formula::Constant(Cell::Null)),
            "True" => Some(Formula::Constant(Cell::Bool(true))),
            "False" => Some(Formula::Constant(Cell::Bool(false))),
            "len" if self.take("(") => Some(Formula::Length(Box::new(self.closed()?))),
            "str" if self.take("(") => Some(Formula::Text(Box::new(self.closed()?))),
            _ => None,
        }
    }

    fn closed(&mut self) -> Option<Formula> {
        let inner = self.comparison()?;
        self.take(")").then_some(inner)
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        self.rest = rest.trim_start();
        Some(name)
    }
}

/// The formula's text with `$old` renamed, and `$reference.old` where the reference leads to the renamed column's
/// table: `leads` says so of a column's name. `own` tells whether the formula stands in the column's own table.
pub(crate) fn renamed(text: &str, old: &str, new: &str, own: bool, leads: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let name_of = |text: &str| text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len());
        let (first, after) = after.split_at(name_of(after));
        out.push_str(if own && first == old { new } else { first });
        rest = after;
        if leads(first)
            && let Some(after) = rest.strip_prefix('.')
        {
            let (second, after) = after.split_at(name_of(after));
            out.push('.');
            out.push_str(if second == old { new } else { second });
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
