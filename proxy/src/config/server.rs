//! Where Relais listens, and under which address people know it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::Url;

use super::{Network, Settings};

/// Where Relais listens.
///
/// - `RELAIS_LISTEN`: address and port of the widget and its API; 127.0.0.1:8080 by default.
/// - `RELAIS_METRICS_LISTEN`: address and port of the metrics; none by default. Keep it inside.
/// - `RELAIS_PUBLIC_URL`: the address that agents' browsers have for Relais, given in the manifest of widgets.
/// - `RELAIS_FRONT_SERVERS`: addresses or ranges of the servers in front of Relais, whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug)]
pub struct ServerConfiguration {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// None: no metrics are served.
    pub metrics_listen: Option<SocketAddr>,
    /// None: addresses are relative.
    pub public_url: Option<Url>,
    /// Nobody's `X-Forwarded-For` is believed but theirs.
    pub front_servers: Vec<Network>,
}

impl Default for ServerConfiguration {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 8080).into(), metrics_listen: None, public_url: None, front_servers: Vec::new() }
    }
}

impl ServerConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let mut socket = |name: &str| {
            let text = settings.text(name)?;
            let address = text.parse().ok();
            if address.is_none() {
                settings.mistake(name, "donnez une adresse IP et un port, comme 127.0.0.1:8080");
            }
            address
        };
        let listen = socket("RELAIS_LISTEN").unwrap_or(Self::default().listen);
        let metrics_listen = socket("RELAIS_METRICS_LISTEN");
        if metrics_listen == Some(listen) && listen.port() != 0 {
            settings.mistake("RELAIS_METRICS_LISTEN", "les mesures ont besoin d’un port à elles");
        }
        let public_url = settings.parsed::<Url>("RELAIS_PUBLIC_URL");
        if public_url.as_ref().is_some_and(|url| !matches!(url.scheme(), "https" | "http") || url.query().is_some() || url.fragment().is_some()) {
            settings.mistake("RELAIS_PUBLIC_URL", "donnez l’adresse https:// de Relais, sans paramètres");
        }
        Self { listen, metrics_listen, public_url, front_servers: settings.parsed_list("RELAIS_FRONT_SERVERS") }
    }

    /// Who calls: the last address that a server we trust has noted, else the one that is connected.
    pub(crate) fn client_address(&self, peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
        let trusted = |address: IpAddr| self.front_servers.iter().any(|network| network.contains(address));
        let mut client = peer.to_canonical();
        let mut hops = forwarded_for.unwrap_or_default().rsplit(',').map(|hop| hop.trim().parse::<IpAddr>());
        while trusted(client) {
            match hops.next() {
                Some(Ok(hop)) => client = hop.to_canonical(),
                _ => break,
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn metrics_have_a_port_of_their_own() {
        let read = |text: &str| {
            let mut settings = Settings::new(text, []);
            let _ = ServerConfiguration::read(&mut settings);
            settings.finish().is_ok()
        };
        assert!(read("listen = '127.0.0.1:8080'\nmetrics_listen = '127.0.0.1:9090'"));
        assert!(!read("listen = '127.0.0.1:8080'\nmetrics_listen = '127.0.0.1:8080'"));
    }

    #[test]
    fn only_trusted_servers_say_who_calls() {
        let configuration = ServerConfiguration { front_servers: vec!["10.0.0.0/8".parse().unwrap()], ..ServerConfiguration::default() };
        let client = |peer: &str, header: Option<&str>| configuration.client_address(peer.parse().unwrap(), header).to_string();
        assert_eq!(client("203.0.113.7", Some("198.51.100.1")), "203.0.113.7");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1")), "198.51.100.1");
        assert_eq!(client("10.0.0.1", Some("1.1.1.1, 198.51.100.1, 10.0.0.2")), "198.51.100.1");
        assert_eq!(client("10.0.0.1", Some("forged")), "10.0.0.1");
        assert_eq!(client("10.0.0.1", None), "10.0.0.1");
    }
}
