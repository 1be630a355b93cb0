//! Where something stands in a file: what a refusal names, so that nobody looks for it.

use std::fmt;

use super::error::{Reason, TemplateError};

/// A place in a file. It is written only when something is refused there.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Self>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Root,
    /// One of our own names. No other is ever written: the names of a file may hold what must not be shown.
    Name(&'static str),
    /// An item of a list, or a member of another name, from 0.
    Index(usize),
}

impl Place<'_> {
    pub(super) const ROOT: Place<'static> = Place { above: None, step: Step::Root };

    pub(super) const fn name(&self, name: &'static str) -> Place<'_> {
        Place { above: Some(self), step: Step::Name(name) }
    }

    pub(super) const fn at(&self, index: usize) -> Place<'_> {
        Place { above: Some(self), step: Step::Index(index) }
    }

    /// What is wrong here.
    pub(super) fn refuse<T>(&self, reason: Reason) -> Result<T, TemplateError> {
        Err(TemplateError { place: self.to_string(), reason })
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(formatter)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Index(index) => write!(formatter, "[{index}]"),
            Step::Name(name) => {
                let is_first = self.above.is_none_or(|above| matches!(above.step, Step::Root));
                formatter.write_str(if is_first { "" } else { "." })?;
                formatter.write_str(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_people_write_paths() {
        let mapping = Place::ROOT.name("mapping");
        let tables = mapping.name("tables");
        let table = tables.at(2);
        let columns = table.name("columns");
        assert_eq!(columns.at(14).to_string(), "mapping.tables[2].columns[14]");
        assert_eq!(Place::ROOT.to_string(), "");
        assert_eq!(Place::ROOT.at(3).to_string(), "[3]");
    }
}
