//! Whether teams are made from the widget.

use super::Settings;

/// Whether teams are made from the widget.
///
/// - `RELAIS_ENROLMENT`: `open`, any owner of a document creates a team or joins one with a code; `invitation`, they create one
///   with a code of the operator's, or join one with a code; `closed`, by default, the operator alone says who is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// Any owner of a document of the Grist instances served creates a team, or joins one.
    Open,
    /// Any owner creates a team with a code of the operator's, or joins one with a code of one of its owners.
    Invitation,
    /// The operator alone says who is served.
    #[default]
    Closed,
}

impl Enrolment {
    pub(super) fn read(settings: &mut Settings) -> Self {
        match settings.text("RELAIS_ENROLMENT").as_deref() {
            Some("open") => Self::Open,
            Some("invitation") => Self::Invitation,
            None | Some("closed") => Self::Closed,
            Some(_) => {
                settings.mistake("RELAIS_ENROLMENT", "donnez open, invitation ou closed");
                Self::Closed
            }
        }
    }
}
