//! The instance of DS.

use super::{DsUrl, FileHost, Settings};

/// The instance of DS.
///
/// - `RELAIS_DS_URL`: its address; https://demarche.numerique.gouv.fr by default.
/// - `RELAIS_DS_FILE_HOSTS`: the hosts of its files, with their port if it is not 443; static.demarches-simplifiees.fr by
///   default.
/// - `RELAIS_EGRESS_ADDRESS`: the network address from which Relais calls it, shown to agents: since July 2026 a token
///   works from the addresses that it lists only (facts/ds-api.md, section 3.1).
#[derive(Clone, Debug)]
pub struct DsConfiguration {
    /// Its address.
    pub url: DsUrl,
    /// Where its files are. Nothing that a client asks for is fetched from elsewhere.
    pub file_hosts: Vec<FileHost>,
    /// Shown, never used.
    pub egress_address: Option<String>,
}

impl Default for DsConfiguration {
    fn default() -> Self {
        Self { url: DsUrl::default(), file_hosts: vec![FileHost::default()], egress_address: None }
    }
}

impl DsConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let usual = Self::default();
        let egress_address = settings.text("RELAIS_EGRESS_ADDRESS");
        if egress_address.as_ref().is_some_and(|text| text.parse::<super::Network>().is_err()) {
            settings.mistake("RELAIS_EGRESS_ADDRESS", "donnez une adresse IP, ou une plage comme 203.0.113.0/28");
        }
        let is_given = !settings.list("RELAIS_DS_FILE_HOSTS").is_empty();
        let file_hosts = if is_given { settings.parsed_list("RELAIS_DS_FILE_HOSTS") } else { usual.file_hosts };
        Self { url: settings.parsed("RELAIS_DS_URL").unwrap_or(usual.url), file_hosts, egress_address }
    }
}
