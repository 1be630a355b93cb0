//! Names that lead outside alone: what they resolve to is checked, and is what is connected to.
//!
//! The host of an address is compared with a list, and names mean what their owner says at the moment: one of an honest list
//! may come to lead to this server's own network. The check is on the addresses themselves, after resolution, and the
//! connection is made to those very addresses: there is no second question that could be answered otherwise.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

/// How names are looked up: the system's way, or a test's.
pub(crate) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// None of the addresses of a name is one of the public network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to no public address")]
pub(crate) struct NotPublic;

/// Resolves names to public addresses, whatever else they have.
#[derive(Clone)]
pub(crate) struct PublicResolver {
    lookup: Lookup,
    forward_proxies: Vec<String>,
}

impl PublicResolver {
    /// With the names of the forward proxies of the environment, which may be anywhere.
    pub(crate) fn new(lookup: Lookup, forward_proxies: Vec<String>) -> Self {
        Self { lookup, forward_proxies }
    }

    async fn addresses(self, name: String) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let may_be_anywhere = self.forward_proxies.contains(&name);
        let mut addresses = (self.lookup)(name).await?;
        if !may_be_anywhere {
            addresses.retain(|address| is_public(*address));
            if addresses.is_empty() {
                return Err(NotPublic.into());
            }
        }
        Ok(addresses)
    }
}

impl fmt::Debug for PublicResolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PublicResolver").field("forward_proxies", &self.forward_proxies).finish_non_exhaustive()
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.clone().addresses(name.as_str().to_owned());
        // Port 0: that of the address that was asked for.
        Box::pin(async move { Ok(Box::new(addresses.await?.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs) })
    }
}

/// The system's way to look names up.
pub(crate) fn system() -> Lookup {
    Arc::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) }))
}

/// The hosts of the forward proxies that the environment names for `https`, as reqwest reads it.
///
/// Such a proxy is the operator's choice, and most often inside. It is the one that resolves the names it is sent: what they
/// may lead to is then its to refuse.
pub(crate) fn forward_proxies(environment: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let addresses = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().filter_map(environment);
    let host = |address: String| {
        let url = if address.contains("://") { Url::parse(&address) } else { Url::parse(&format!("http://{address}")) };
        url.ok()?.host_str().map(str::to_owned)
    };
    addresses.filter_map(host).collect()
}

/// What is not the public network, or leads back from it (IANA's registry of special-purpose addresses, RFC 6890).
const SPECIAL: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carriers' own (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // This link, and the metadata of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // Relays of 6to4.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Some clouds' own services.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Parts of 2000::/3 that are not the public network: IETF's own with Teredo, documentation, and 6to4, which nobody should
/// use any more (RFC 7526) and which leads to an address of version 4.
const SPECIAL_IN_6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is of the public network, with nothing behind it that is not. Of version 6, what is not known to be is
/// taken not to be.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL.iter().any(|(network, prefix)| (address.to_bits() ^ network.to_bits()) >> (32 - prefix) == 0),
        IpAddr::V6(address) => match carried(address) {
            Some(carried) => is_public(carried.into()),
            None => {
                let is_in = |(network, prefix): &(Ipv6Addr, u32)| (address.to_bits() ^ network.to_bits()) >> (128 - prefix) == 0;
                is_in(&(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)) && !SPECIAL_IN_6.iter().any(is_in)
            }
        },
    }
}

/// The address of version 4 that one of version 6 stands for: mapped (`::ffff:0:0/96`), or through a translator
/// (`64:ff9b::/96`, RFC 6052) as networks without version 4 have.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let is_translated = address.to_bits() >> 32 == Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0).to_bits() >> 32;
    let [.., a, b, c, d] = address.octets();
    if is_translated { Some(Ipv4Addr::new(a, b, c, d)) } else { address.to_ipv4_mapped() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn only_the_public_network_is_public() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "51.77.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.255",
            "2001:41d0::1",
            "2a00:1450::1",
            "2606:4700:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(public(address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2002:101:101::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }

    /// A lookup that says these things, one after the other.
    fn saying(answers: &'static [&'static [&'static str]]) -> Lookup {
        let answers = Mutex::new(answers.iter());
        Arc::new(move |_| {
            let answer = answers.lock().unwrap().next().unwrap();
            Box::pin(async { Ok(answer.iter().map(|text| text.parse().unwrap()).collect()) })
        })
    }

    async fn resolve(resolver: &PublicResolver, name: &str) -> Result<Vec<String>, String> {
        let resolved = resolver.resolve(name.parse().unwrap()).await;
        resolved.map(|addresses| addresses.map(|address| address.to_string()).collect()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_leads_to_its_public_addresses_alone() {
        let resolver = PublicResolver::new(
            saying(&[&["1.1.1.1", "10.0.0.1", "::1", "2a00:1450::1"], &["127.0.0.1"], &["fd00::1", "169.254.169.254"], &[]]),
            vec![],
        );
        assert_eq!(resolve(&resolver, "static.exemple.fr").await.unwrap(), ["1.1.1.1:0", "[2a00:1450::1]:0"]);
        // The same name, a moment later.
        for _ in 0..3 {
            assert_eq!(resolve(&resolver, "static.exemple.fr").await.unwrap_err(), NotPublic.to_string());
        }
    }

    #[tokio::test]
    async fn a_forward_proxy_may_be_inside() {
        let resolver = PublicResolver::new(saying(&[&["10.0.0.1"], &["10.0.0.1"]]), vec!["proxy.interne".to_owned()]);
        assert_eq!(resolve(&resolver, "proxy.interne").await.unwrap(), ["10.0.0.1:0"]);
        assert!(resolve(&resolver, "static.exemple.fr").await.is_err());
    }

    #[test]
    fn forward_proxies_are_read_from_the_environment() {
        let of = |pairs: &'static [(&str, &str)]| {
            forward_proxies(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("HTTPS_PROXY", "http://user:password@proxy.interne:3128"), ("HTTP_PROXY", "other")]), ["proxy.interne"]);
        assert_eq!(of(&[("https_proxy", "proxy.interne:3128"), ("ALL_PROXY", "socks5://all.interne")]), ["proxy.interne", "all.interne"]);
        assert!(of(&[("HTTPS_PROXY", "")]).is_empty() && of(&[]).is_empty());
    }
}
