//! The instance of DS.

use super::{DsUrl, Settings};

/// The instance of DS.
///
/// - `RELAIS_DS_URL`: its address; https://demarche.numerique.gouv.fr by default.
/// - `RELAIS_EGRESS_ADDRESS`: the network address from which Relais calls it, shown to agents: since July 2026 a token
///   works from the addresses that it lists only (facts/ds-api.md, section 3.1).
#[derive(Clone, Debug, Default)]
pub struct DsConfiguration {
    /// Its address.
    pub url: DsUrl,
    /// Shown, never used.
    pub egress_address: Option<String>,
}

impl DsConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let egress_address = settings.text("RELAIS_EGRESS_ADDRESS");
        if egress_address.as_ref().is_some_and(|text| text.parse::<super::Network>().is_err()) {
            settings.mistake("RELAIS_EGRESS_ADDRESS", "donnez une adresse IP, ou une plage comme 203.0.113.0/28");
        }
        Self { url: settings.parsed("RELAIS_DS_URL").unwrap_or_default(), egress_address }
    }
}
