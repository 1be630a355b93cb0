//! The hosts of DS's files, and the addresses there that Relais fetches.

use std::{fmt, str::FromStr};

use url::{Host, Url};

use super::InvalidAddress;

/// DS signs longer addresses than most, of 400 bytes or so.
const LONGEST: usize = 2048;

/// The port of `https`.
const HTTPS: u16 = 443;

/// A host of files: a name in lower case and a port, compared letter by letter with what a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHost {
    name: Box<str>,
    port: u16,
    /// Given as a network address of this machine, which the sample services have: `http` will do, and nothing is resolved.
    is_loopback: bool,
}

impl FileHost {
    /// Whether an address names this host by `https`, or this machine by `http`: the scheme and what stands before its first
    /// slash, as they are written.
    fn is(&self, scheme: &str, authority: &str) -> bool {
        let name = authority.strip_prefix(&*self.name);
        // DS writes the port, although it is the usual one (facts/ds-samples.md).
        let is_ours = match name.map(|rest| rest.strip_prefix(':').ok_or(rest)) {
            Some(Ok(port)) => *port == *self.port.to_string(),
            Some(Err(rest)) => rest.is_empty() && self.port == HTTPS && scheme == "https",
            None => false,
        };
        is_ours && (scheme == "https" || scheme == "http" && self.is_loopback)
    }
}

impl Default for FileHost {
    fn default() -> Self {
        Self { name: "static.demarches-simplifiees.fr".into(), port: HTTPS, is_loopback: false }
    }
}

impl FromStr for FileHost {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: InvalidAddress = InvalidAddress("donnez un nom d’hôte en minuscules, et son port s’il n’est pas 443 (static.exemple.fr)");
        let url = Url::parse(&format!("https://{text}")).map_err(|_| FORM)?;
        // One form alone, or an operator believes to have allowed what DS never writes.
        let usual = format!(":{HTTPS}");
        if url.origin().ascii_serialization() != format!("https://{}", text.strip_suffix(&usual).unwrap_or(text)) {
            return Err(FORM);
        }
        let port = url.port().unwrap_or(HTTPS);
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) if is_name(name) => false,
            Some(Host::Ipv4(address)) if address.is_loopback() => true,
            Some(Host::Ipv6(address)) if address.is_loopback() => true,
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
                return Err(InvalidAddress("donnez un nom d’hôte : une adresse IP n’est acceptée que de la machine elle-même"));
            }
            _ => return Err(FORM),
        };
        if is_loopback && url.port().is_none() {
            return Err(InvalidAddress("donnez aussi le port (127.0.0.1:3000)"));
        }
        Ok(Self { name: url.host_str().ok_or(FORM)?.into(), port, is_loopback })
    }
}

fn is_name(name: &str) -> bool {
    name.split('.').all(|label| {
        let letters = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        letters && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    })
}

/// The address of a file. It opens the file to whoever has it: printed nowhere.
#[derive(Clone)]
pub(crate) struct FileAddress {
    url: Url,
    is_loopback: bool,
}

impl FileAddress {
    /// What a client asks for, if it is of one of the hosts.
    ///
    /// The text itself is compared, not what a parser makes of it: there is nothing to gain from user info, capitals, a last
    /// dot, another spelling of a number, a backslash, or a tab that parsers drop. The parser that the request goes through
    /// must then agree.
    pub(crate) fn read(text: &str, hosts: &[FileHost]) -> Option<Self> {
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#') {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let (authority, _) = rest.split_once('/')?;
        let host = hosts.iter().find(|host| host.is(scheme, authority))?;
        let url = Url::parse(text).ok()?;
        let agrees = url.scheme() == scheme
            && url.host_str() == Some(&host.name)
            && url.port_or_known_default() == Some(host.port)
            && url.username().is_empty()
            && url.password().is_none();
        agrees.then_some(Self { url, is_loopback: host.is_loopback })
    }

    /// Where the request goes.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl fmt::Debug for FileAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FileAddress")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_host_has_one_form() {
        let host = |text: &str| text.parse::<FileHost>();
        assert_eq!(host("static.demarches-simplifiees.fr").unwrap(), FileHost::default());
        assert_eq!(host("static.demarches-simplifiees.fr:443").unwrap(), FileHost::default());
        for accepted in ["s3.gra.exemple.fr:8443", "xn--dmarches-b1a.exemple.fr", "127.0.0.1:3000", "[::1]:3000"] {
            assert!(host(accepted).is_ok(), "{accepted}");
        }
        for refused in [
            "",
            "*",
            "*.exemple.fr",
            "Static.exemple.fr",
            "static.exemple.fr.",
            "static..exemple.fr",
            ".exemple.fr",
            "-a.fr",
            "static_1.exemple.fr",
            "démarches.exemple.fr",
            "static.exemple.fr/",
            "static.exemple.fr/v1",
            "https://static.exemple.fr",
            "a@static.exemple.fr",
            "static.exemple.fr:",
            "static.exemple.fr:08443",
            "static.exemple.fr:70000",
            "static.exemple.fr:443:443",
            "static exemple.fr",
            "10.0.0.1",
            "203.0.113.7:8080",
            "169.254.169.254",
            "[2001:db8::1]",
            "[::ffff:127.0.0.1]:3000",
            "127.0.0.1",
            "127.1:3000",
            "0x7f000001:3000",
            "2130706433:3000",
            "0.0.0.0:3000",
        ] {
            assert!(host(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_address_is_of_a_host_letter_by_letter() {
        let hosts: Vec<FileHost> = ["static.exemple.fr", "s3.exemple.fr:8443", "127.0.0.1:3000"].map(|text| text.parse().unwrap()).into();
        let read = |text: &str| FileAddress::read(text, &hosts).map(|address| address.url().as_str().to_owned());
        for (asked, called) in [
            ("https://static.exemple.fr/v1/a?temp_url_sig=b&filename=c%20d.pdf", "https://static.exemple.fr/v1/a?temp_url_sig=b&filename=c%20d.pdf"),
            // As DS writes it.
            ("https://static.exemple.fr:443/v1/a", "https://static.exemple.fr/v1/a"),
            ("https://static.exemple.fr/@10.0.0.1/", "https://static.exemple.fr/@10.0.0.1/"),
            ("https://s3.exemple.fr:8443/a", "https://s3.exemple.fr:8443/a"),
            ("http://127.0.0.1:3000/a", "http://127.0.0.1:3000/a"),
            ("https://127.0.0.1:3000/a", "https://127.0.0.1:3000/a"),
        ] {
            assert_eq!(read(asked).as_deref(), Some(called));
        }
        let long = format!("https://static.exemple.fr/{}", "a".repeat(LONGEST - "https://static.exemple.fr/".len()));
        assert_eq!((long.len(), read(&long).is_some(), read(&format!("{long}a"))), (LONGEST, true, None));
        for refused in [
            "",
            "/a",
            "//static.exemple.fr/a",
            "https://static.exemple.fr",
            "https://static.exemple.fr?/a",
            "https://static.exemple.fr#/a",
            "https://static.exemple.fr/a#b",
            "https:/static.exemple.fr/a",
            "https:static.exemple.fr/a",
            "https:\\\\static.exemple.fr/a",
            "https://10.0.0.1\\@static.exemple.fr/a",
            "https://static.exemple.fr\\@10.0.0.1/a",
            "https://static.exemple.fr@10.0.0.1/a",
            "https://static.exemple.fr:443@10.0.0.1/a",
            "https://user@static.exemple.fr/a",
            "https://user:pass@static.exemple.fr/a",
            "https://@static.exemple.fr/a",
            "https://:@static.exemple.fr/a",
            "http://static.exemple.fr/a",
            "http://static.exemple.fr:443/a",
            "ftp://static.exemple.fr/a",
            "HTTPS://static.exemple.fr/a",
            "https://STATIC.exemple.fr/a",
            "https://static.exemple.fr./a",
            "https://static.exemple.fr:/a",
            "https://static.exemple.fr:0443/a",
            "https://static.exemple.fr:+443/a",
            "https://static.exemple.fr:80/a",
            "https://static.exemple.fr:8443/a",
            "https://s3.exemple.fr/a",
            "https://s3.exemple.fr:443/a",
            "http://s3.exemple.fr:8443/a",
            "https://static%2eexemple.fr/a",
            "https://%73tatic.exemple.fr/a",
            "https://static。exemple.fr/a",
            "https://ſtatic.exemple.fr/a",
            "https://static.exemple.fr.evil.example/a",
            "https://evil-static.exemple.fr/a",
            "https://sub.static.exemple.fr/a",
            "https://static.exemple.frx/a",
            "https://static.exemple.fr%00.evil.example/a",
            " https://static.exemple.fr/a",
            "https://static.exemple.fr/a\n",
            "https://stat\tic.exemple.fr/a",
            "ht\ntps://static.exemple.fr/a",
            "https://static.exemple.fr/a\r\nHost: evil.example",
            "https://static.exemple.fr/é",
            "http://127.0.0.1/a",
            "http://127.0.0.1:3001/a",
            "http://127.1:3000/a",
            "http://0x7f000001:3000/a",
            "http://0177.0.0.1:3000/a",
            "http://2130706433:3000/a",
            "http://127.0.0.1.:3000/a",
            "http://[::ffff:127.0.0.1]:3000/a",
            "http://[::1]:3000/a",
            "http://localhost:3000/a",
            "http://0.0.0.0:3000/a",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "data:text/plain,a",
        ] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }

    #[test]
    fn an_address_is_never_printed() {
        let address = FileAddress::read("https://static.demarches-simplifiees.fr/v1?temp_url_sig=x", &[FileHost::default()]).unwrap();
        assert_eq!(format!("{address:?}"), "FileAddress");
    }
}
