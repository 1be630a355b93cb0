//! Why a file is no template.

use crate::words;

/// What looks like something that opens a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A token of DS, as DS writes it or as it is inside.
    DsToken,
    /// A JSON Web Token, such as those of Grist.
    JsonWebToken,
    /// The header that goes with a token.
    Bearer,
    /// An address with a name, or a password, before the server.
    UserInfo,
    /// An address with a parameter that opens it.
    Parameter,
    /// Letters and digits as chance makes them: a key.
    Random,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// More bytes than a template has.
    TooLarge,
    /// Lists in lists, or objects in objects, deeper than a template has.
    TooDeep,
    /// No JSON.
    NotJson,
    /// JSON of something else.
    NotTemplate,
    /// Of a format that this version does not know.
    Newer(i64),
    /// Something is not there.
    Missing,
    /// Something is not of its type, or none of its values.
    Odd,
    /// A name that templates do not have.
    UnknownKey,
    /// A name that is there already.
    Twice,
    /// A list of more items than this.
    TooMany(usize),
    /// A text of more characters than this.
    TooLong(usize),
    /// A name that is not there to be read.
    Empty,
    /// A text with characters that are not there to be read.
    Control,
    /// The name of another column of the table, or of another table.
    SameName,
    /// What fills it names another column of the table already, or its rows are those of another table.
    SameKey,
    /// A field that `mapping.fields` does not describe.
    Undescribed,
    /// A field that no column of this table can take.
    OfAnotherTable,
    /// The main table is not the first, or its first column is not the number of the dossier.
    NoKey,
    /// What looks like a token.
    Secret(Secret),
}

/// Why a file is no template. Never what the file holds: it may be what must not be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no template at « {place} »: {reason:?}")]
pub struct TemplateError {
    /// Where: `mapping.tables[2].columns[14].sources[0]`, or « ligne 3, colonne 14 » of what is no JSON. A name that is not
    /// of our format is shown as its place among the others, from 0. Empty when it is the whole.
    pub place: String,
    /// What is wrong there.
    pub reason: Reason,
}

impl TemplateError {
    /// What people read: what is wrong and where, that nothing was changed, and what to do.
    pub fn message(&self) -> String {
        words::template_error(self)
    }
}
