//! The addresses of the two platforms, in the only forms that are accepted.

use std::{fmt, net::IpAddr, str::FromStr};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

/// An address that Relais does not call. The sentence is French: an operator reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidAddress(pub(super) &'static str);

/// `https`, or `http` to this machine alone: tokens never cross a network in clear.
fn check_scheme(url: &Url) -> Result<(), InvalidAddress> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(InvalidAddress("cette adresse n’a pas d’hôte")),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(InvalidAddress("l’adresse doit commencer par https:// (http:// n’est accepté que vers la machine elle-même)")),
    }
}

/// The origin of a Grist: scheme, host and port, as browsers write it. Compared letter by letter, never by likeness.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GristOrigin(Box<str>);

impl GristOrigin {
    /// The origin as browsers write it, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }
}

impl FromStr for GristOrigin {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidAddress("ce n’est pas une adresse"))?;
        check_scheme(&url)?;
        if text.contains('*') {
            return Err(InvalidAddress("donnez chaque origine en entier : il n’y a pas de joker"));
        }
        let origin = url.origin().ascii_serialization();
        // One form alone, or an operator believes to have allowed what no browser ever sends.
        if origin != text.trim_end_matches('/') || text.len() > origin.len() + 1 {
            return Err(InvalidAddress("donnez l’origine seule, en minuscules, sans chemin ni port par défaut (https://grist.exemple.fr)"));
        }
        Ok(Self(origin.into()))
    }
}

impl fmt::Display for GristOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The id of a Grist document, as its tokens hold it: 22 letters and digits. A fork's, which has `~`, cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(Box<str>);

impl DocumentId {
    /// What Grist takes for the start of an id in an address (facts/grist.md, section 8: 12 characters).
    const SHORT: usize = 12;

    /// The id as Grist writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A mark of it, for logs and trails: the id itself opens a public document to whoever reads it.
    pub(crate) fn mark(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.as_str())).chars().take(10).collect()
    }
}

impl FromStr for DocumentId {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (Self::SHORT..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAddress("un identifiant de document a au moins 12 lettres et chiffres"))
        }
    }
}

/// A document of one Grist, as an operator allows it: the address that the browser shows
/// (`https://grist.exemple.fr/o/docs/sbaEqgyLXuNT/Suivi`), or origin and whole id (`https://grist.exemple.fr/sbaEqgyLXuNTN9i1qVbpGA`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentAddress {
    /// Which Grist.
    pub origin: GristOrigin,
    /// Its id, or the 12 characters of it that addresses have.
    pub id: DocumentId,
}

impl DocumentAddress {
    /// The address of a document by its whole id.
    pub(crate) const fn new(origin: GristOrigin, id: DocumentId) -> Self {
        Self { origin, id }
    }

    /// Whether it is this document. The 12 characters of an address are enough: Grist draws ids at random, nobody chooses one.
    pub fn is(&self, origin: &GristOrigin, id: &DocumentId) -> bool {
        self.origin == *origin && (self.id == *id || self.id.0.len() == DocumentId::SHORT && id.0.starts_with(&*self.id.0))
    }
}

impl FromStr for DocumentAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidAddress("donnez l’adresse du document, telle que le navigateur l’affiche"))?;
        let origin = url.origin().ascii_serialization();
        if !text.starts_with(&origin) {
            return Err(InvalidAddress("donnez l’adresse du document, telle que le navigateur l’affiche"));
        }
        let mut segments = url.path().split('/').filter(|segment| !segment.is_empty()).peekable();
        if segments.next_if_eq(&"o").is_some() {
            segments.next();
        }
        segments.next_if_eq(&"doc");
        let id = segments.next().ok_or(InvalidAddress("cette adresse ne désigne pas un document"))?;
        Ok(Self { origin: origin.parse()?, id: id.parse()? })
    }
}

/// The address of an instance of DS, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DsUrl(Url);

impl DsUrl {
    /// As people know it.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Where operations are posted.
    pub(crate) fn graphql(&self) -> String {
        format!("{}/api/v2/graphql", self.as_str())
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl Default for DsUrl {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant, read by the tests")]
        Self::from_str("https://demarche.numerique.gouv.fr").expect("the default address is an address")
    }
}

impl FromStr for DsUrl {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidAddress("ce n’est pas une adresse"))?;
        check_scheme(&url)?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidAddress("donnez l’adresse seule, sans identifiants ni paramètres"));
        }
        Ok(Self(url))
    }
}

/// A range of network addresses: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether the address is in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, theirs, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (u128::from(ours.to_bits()), u128::from(theirs.to_bits()), 32),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits(), theirs.to_bits(), 128),
            _ => return false,
        };
        let host_bits = width - self.prefix;
        ours.checked_shr(host_bits) == theirs.checked_shr(host_bits)
    }
}

impl FromStr for Network {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidAddress("donnez une adresse IP, ou une plage comme 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| invalid.clone())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), str::parse).map_err(|_| invalid.clone())?;
        if prefix > width { Err(invalid) } else { Ok(Self { address, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_origin_has_one_form() {
        for origin in
            ["https://grist.exemple.fr", "https://grist.exemple.fr/", "https://grist.exemple.fr:8443", "http://127.0.0.1:8484", "http://[::1]:1"]
        {
            assert_eq!(origin.parse::<GristOrigin>().unwrap().as_str(), origin.trim_end_matches('/'));
        }
        for refused in [
            "http://grist.exemple.fr",
            "http://127.0.0.1.exemple.fr",
            "https://grist.exemple.fr:443",
            "https://Grist.exemple.fr",
            "https://grist.exemple.fr//",
            "https://grist.exemple.fr/o/docs",
            "https://user@grist.exemple.fr",
            "https://*",
            "*",
            "file:///etc/passwd",
        ] {
            assert!(refused.parse::<GristOrigin>().is_err(), "{refused}");
        }
    }

    #[test]
    fn a_document_is_its_address_or_its_id() {
        let origin: GristOrigin = "https://grist.exemple.fr".parse().unwrap();
        let id: DocumentId = "sbaEqgyLXuNTN9i1qVbpGA".parse().unwrap();
        for address in [
            "https://grist.exemple.fr/o/docs/sbaEqgyLXuNT/Suivi-DETR/p/2",
            "https://grist.exemple.fr/sbaEqgyLXuNT",
            "https://grist.exemple.fr/sbaEqgyLXuNTN9i1qVbpGA",
            "https://grist.exemple.fr/doc/sbaEqgyLXuNTN9i1qVbpGA",
        ] {
            assert!(address.parse::<DocumentAddress>().unwrap().is(&origin, &id), "{address}");
        }
        for other in ["https://grist.exemple.fr/sbaEqgyLXuNU", "https://grist.exemple.fr/sbaEqgyLXuNTN", "https://autre.exemple.fr/sbaEqgyLXuNT"] {
            assert!(!other.parse::<DocumentAddress>().unwrap().is(&origin, &id), "{other}");
        }
        for refused in
            ["*", "sbaEqgyLXuNT", "https://grist.exemple.fr/", "https://grist.exemple.fr/*", "https://grist.exemple.fr/o/docs/sbaEqgyLXuNT~fork~5"]
        {
            assert!(refused.parse::<DocumentAddress>().is_err(), "{refused}");
        }
    }

    #[test]
    fn ds_is_called_over_https() {
        assert_eq!(DsUrl::default().graphql(), "https://demarche.numerique.gouv.fr/api/v2/graphql");
        assert_eq!("http://127.0.0.1:3000/".parse::<DsUrl>().unwrap().graphql(), "http://127.0.0.1:3000/api/v2/graphql");
        for refused in ["http://demarche.numerique.gouv.fr", "https://a:b@ds.exemple.fr", "https://ds.exemple.fr/?x=1", "ds.exemple.fr"] {
            assert!(refused.parse::<DsUrl>().is_err(), "{refused}");
        }
    }

    #[test]
    fn networks_hold_their_addresses() {
        let holds = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.200.1.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.2"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1") && holds("::/0", "2001:db8::1") && holds("0.0.0.0/0", "1.2.3.4"));
        assert!("10.0.0.0/33".parse::<Network>().is_err() && "x".parse::<Network>().is_err());
    }
}
