//! The Grist instances that Relais serves.

use super::{GristOrigin, Settings};

/// The Grist instances that Relais serves.
///
/// - `RELAIS_GRIST_ORIGINS`: their origins (`https://grist.exemple.fr`), which alone may embed the widget and vouch for people.
#[derive(Clone, Debug, Default)]
pub struct GristConfiguration {
    /// Compared letter by letter.
    pub origins: Vec<GristOrigin>,
}

impl GristConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        if settings.list("RELAIS_GRIST_ORIGINS").is_empty() {
            settings.mistake("RELAIS_GRIST_ORIGINS", "donnez l’origine d’au moins un Grist (https://grist.exemple.fr)");
        }
        Self { origins: settings.parsed_list("RELAIS_GRIST_ORIGINS") }
    }

    /// The allowed origin that is written exactly so.
    pub(crate) fn allowed(&self, text: &str) -> Option<&GristOrigin> {
        self.origins.iter().find(|origin| origin.as_str() == text)
    }
}
