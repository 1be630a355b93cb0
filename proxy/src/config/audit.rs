//! How long the trail of who read what is kept.

use super::Settings;

/// How long the trail of who read what is kept.
///
/// - `RELAIS_AUDIT_DAYS`: in days; 365 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditConfiguration {
    /// Days after which a line goes.
    pub days: u32,
}

impl Default for AuditConfiguration {
    fn default() -> Self {
        Self { days: 365 }
    }
}

impl AuditConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let text = settings.text("RELAIS_AUDIT_DAYS");
        match text.map(|text| text.parse::<u32>()) {
            None => Self::default(),
            Some(Ok(days)) if (1..=3660).contains(&days) => Self { days },
            Some(_) => {
                settings.mistake("RELAIS_AUDIT_DAYS", "donnez un nombre de jours, de 1 à 3660");
                Self::default()
            }
        }
    }
}
