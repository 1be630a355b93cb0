//! What the routes share. Built at start, owned by the server: there are no globals.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use moka::future::Cache;
use relais_engine::ds::DemarcheNumber;

use crate::{
    auth::{Grist, Sessions},
    config::Configuration,
    ds::Client,
    files::Files,
    leases::Leases,
    limits::Limits,
    metrics::Metrics,
    resolver,
    routes::ListedDemarche,
    teams::Teams,
    widget::Widget,
};

/// How long what DS said of a démarche is kept.
const LISTED: Duration = Duration::from_mins(1);

/// What the routes share.
#[derive(Debug)]
pub(crate) struct Application {
    pub configuration: Configuration,
    pub grist: Grist,
    pub sessions: Sessions,
    pub teams: Teams,
    pub ds: Client,
    pub files: Files,
    pub limits: Limits,
    pub leases: Leases,
    pub metrics: Metrics,
    pub widget: Widget,
    /// What DS said lately of the démarches of a team, by the team's name.
    pub listed: Cache<(Arc<str>, DemarcheNumber), ListedDemarche>,
    stopping: AtomicBool,
}

impl Application {
    /// Everything that a configuration asks for.
    pub(crate) fn new(configuration: Configuration) -> anyhow::Result<Self> {
        let limits = &configuration.limits;
        Ok(Self {
            grist: Grist::new(configuration.grist.clone())?,
            sessions: Sessions::new(&configuration.secret.load()?),
            teams: Teams::new(configuration.team.as_ref(), limits)?,
            ds: Client::new(&configuration.ds, limits)?,
            files: Files::new(&configuration.ds, limits, resolver::system(), |name| std::env::var(name).ok())?,
            limits: Limits::new(limits),
            leases: Leases::new(limits.lease),
            metrics: Metrics::new(),
            widget: Widget::load(&configuration.widget, &configuration.grist.origins)?,
            listed: Cache::builder().max_capacity(10_000).time_to_live(LISTED).build(),
            stopping: AtomicBool::new(false),
            configuration,
        })
    }

    /// From now on the server in front is asked to send nobody here.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
