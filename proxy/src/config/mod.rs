//! The configuration: small structs, each with its own settings, read from `relais.toml` and the environment or built in code.

mod address;
mod ds;
mod grist;
mod limits;
mod secret;
mod server;
mod settings;
mod team;

use std::path::PathBuf;

pub use address::{DocumentAddress, DocumentId, DsUrl, GristOrigin, InvalidAddress, Network};
pub use ds::DsConfiguration;
pub use grist::GristConfiguration;
pub use limits::LimitsConfiguration;
pub use secret::{SecretConfiguration, SecretError};
pub use server::ServerConfiguration;
pub use settings::{Mistake, Mistakes, Settings};
pub use team::TeamConfiguration;

/// Every setting with its default and its explanation: what `relais default-config` prints.
pub const DEFAULT_FILE: &str = include_str!("../../relais.default.toml");

/// Where the widget's files come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WidgetSource {
    /// Those that were built with this binary.
    #[default]
    Embedded,
    /// Those of a directory, read once at start.
    Directory(PathBuf),
}

/// All that a server needs to know.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Where it listens.
    pub server: ServerConfiguration,
    /// Which Grist it serves.
    pub grist: GristConfiguration,
    /// Which DS it calls.
    pub ds: DsConfiguration,
    /// How it signs.
    pub secret: SecretConfiguration,
    /// Who it serves; none serves nobody.
    pub team: Option<TeamConfiguration>,
    /// How much one may ask.
    pub limits: LimitsConfiguration,
    /// Where the widget's files come from.
    pub widget: WidgetSource,
}

impl Configuration {
    /// From settings. Every mistake is named, not only the first.
    pub fn read(mut settings: Settings) -> Result<Self, Mistakes> {
        let grist = GristConfiguration::read(&mut settings);
        let configuration = Self {
            server: ServerConfiguration::read(&mut settings),
            ds: DsConfiguration::read(&mut settings),
            secret: SecretConfiguration::read(&mut settings),
            team: TeamConfiguration::read(&mut settings, &grist.origins),
            limits: LimitsConfiguration::read(&mut settings),
            widget: WidgetSource::Embedded,
            grist,
        };
        settings.finish().map(|()| configuration)
    }
}
