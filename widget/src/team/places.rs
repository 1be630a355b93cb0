//! The parts of the screens about the team, by their ids: each says what became of what was asked in it.

/// The tokens.
pub const TOKENS: &str = "jetons";
/// The documents.
pub const DOCUMENTS: &str = "documents";
/// The invitations.
pub const INVITE: &str = "inviter";
/// Who read what.
pub const READINGS: &str = "lectures";
/// The name.
pub const RENAME: &str = "renommer";
/// The team in other hands.
pub const HAND_OVER: &str = "confier";
/// The document without the team.
pub const LEAVE: &str = "quitter";
/// The document in another's team.
pub const JOIN: &str = "rejoindre";
