//! The secret that signs sessions.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretSlice};

use super::Settings;

/// Bytes of secret: as many as HMAC-SHA256 makes use of.
const LENGTH: usize = 32;

/// The secret that signs sessions.
///
/// - `RELAIS_SECRET_FILE`: the file that holds it, `relais.secret` by default; created at the first start, for its owner only.
#[derive(Clone, Debug, Default)]
pub struct SecretConfiguration {
    /// None: drawn at each start, and forgotten at its end. Sessions then end with the server.
    pub file: Option<PathBuf>,
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error("le fichier {path} ne peut être ni lu ni créé ({error})")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Anybody on the machine may read it.
    #[error("le fichier {0} est ouvert à tous les comptes de la machine : supprimez-le, il sera recréé pour Relais seul")]
    Readable(PathBuf),
    /// It does not hold 32 bytes in base64.
    #[error("le fichier {0} ne contient pas un secret de Relais : supprimez-le pour qu’il soit recréé")]
    Content(PathBuf),
}

impl SecretConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let file = settings.text("RELAIS_SECRET_FILE").unwrap_or_else(|| "relais.secret".to_owned());
        Self { file: Some(file.into()) }
    }

    /// Says whether the file, if there is one, holds a secret that only its owner reads. Creates nothing.
    pub fn check(&self) -> Result<(), SecretError> {
        match &self.file {
            Some(path) if path.exists() => self.load().map(drop),
            _ => Ok(()),
        }
    }

    /// The secret, drawn and written down when there is none yet.
    pub(crate) fn load(&self) -> Result<SecretSlice<u8>, SecretError> {
        let Some(path) = &self.file else { return Ok(draw()) };
        let failed = |error: std::io::Error| SecretError::File { path: path.clone(), error };
        match read(path) {
            Ok(text) => decode(path, &text),
            Err(ReadError::Readable) => Err(SecretError::Readable(path.clone())),
            Err(ReadError::File(error)) if error.kind() == ErrorKind::NotFound => {
                let secret = draw();
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(path).map_err(failed)?;
                writeln!(file, "{}", BASE64_STANDARD.encode(secret.expose_secret())).and_then(|()| file.sync_all()).map_err(failed)?;
                Ok(secret)
            }
            Err(ReadError::File(error)) => Err(failed(error)),
        }
    }
}

enum ReadError {
    File(std::io::Error),
    Readable,
}

fn read(path: &Path) -> Result<String, ReadError> {
    let file = File::open(path).map_err(ReadError::File)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(ReadError::File)?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(ReadError::Readable);
        }
    }
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text).map_err(ReadError::File)?;
    Ok(text)
}

fn decode(path: &Path, text: &str) -> Result<SecretSlice<u8>, SecretError> {
    match BASE64_STANDARD.decode(text.trim()) {
        Ok(bytes) if bytes.len() == LENGTH => Ok(bytes.into()),
        _ => Err(SecretError::Content(path.to_owned())),
    }
}

fn draw() -> SecretSlice<u8> {
    let mut bytes = vec![0; LENGTH];
    rand::rng().fill_bytes(&mut bytes);
    bytes.into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_start_creates_it_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let configuration = SecretConfiguration { file: Some(path.clone()) };
        let first = configuration.load().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(configuration.load().unwrap().expose_secret(), first.expose_secret());
        assert_ne!(SecretConfiguration::default().load().unwrap().expose_secret(), first.expose_secret());
    }

    #[test]
    fn a_file_that_is_wrong_or_open_to_all_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let configuration = SecretConfiguration { file: Some(path.clone()) };
        configuration.load().unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(configuration.load(), Err(SecretError::Readable(_))));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(configuration.load(), Err(SecretError::Content(_))));
        let nowhere = SecretConfiguration { file: Some(directory.path().join("no/such/secret")) };
        assert!(matches!(nowhere.load(), Err(SecretError::File { .. })));
    }
}
