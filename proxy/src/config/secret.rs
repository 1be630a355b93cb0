//! The secrets that sign sessions and seal tokens.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretSlice};

use super::Settings;

/// Bytes of a secret: as many as HMAC-SHA256 makes use of.
const LENGTH: usize = 32;

/// The secrets that sign sessions and seal tokens, one a line, the newest first.
///
/// - `RELAIS_SECRET_FILE`: the file that holds them, `relais.secret` by default; created at the first start, for its owner
///   only, unless the state is in PostgreSQL: replicas share it.
#[derive(Clone, Debug, Default)]
pub struct SecretConfiguration {
    /// None: drawn at each start, and forgotten at its end. Sessions then end with the server, and so do tokens.
    pub file: Option<PathBuf>,
    /// Whether it must be there already.
    pub is_required: bool,
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
    /// It is not there, and is not drawn: replicas, or tokens that are sealed already, need the same.
    #[error(
        "le fichier {0} manque : les jetons des équipes sont scellés avec lui. Remettez celui qui a servi jusqu’ici ; pour une base neuve, créez-le avec « relais create-secret »"
    )]
    Missing(PathBuf),
    /// It is not there, and tokens of the database are sealed with it.
    #[error(
        "le fichier {0} manque, et les jetons déposés par les équipes sont scellés avec lui. Ils sont intacts dans la base : remettez le fichier qui a servi jusqu’ici. S’il est perdu, « relais create-secret » en crée un autre ; chaque équipe devra alors déposer ses jetons de nouveau"
    )]
    Lost(PathBuf),
    /// Anybody on the machine may read it.
    #[error(
        "le fichier {0} est ouvert à tous les comptes de la machine : réservez-le au compte de Relais (chmod 600), et remplacez la clé avec « relais rekey » si d’autres ont pu le lire"
    )]
    Readable(PathBuf),
    /// It does not hold secrets of 32 bytes in base64.
    #[error("le fichier {0} ne contient pas un secret de Relais : remettez celui qui a servi jusqu’ici")]
    Content(PathBuf),
    /// It is there already.
    #[error("le fichier {0} existe déjà : rien n’a été changé")]
    Exists(PathBuf),
    /// No file is configured.
    #[error("aucun fichier de secret n’est configuré")]
    NoFile,
}

impl SecretConfiguration {
    pub(super) fn read(settings: &mut Settings, is_required: bool) -> Self {
        let file = settings.text("RELAIS_SECRET_FILE").unwrap_or_else(|| "relais.secret".to_owned());
        Self { file: Some(file.into()), is_required }
    }

    /// Says whether the file, if there is one, holds secrets that only its owner reads. Creates nothing.
    pub fn check(&self) -> Result<(), SecretError> {
        match &self.file {
            Some(path) if path.exists() => self.load().map(drop),
            Some(path) if self.is_required => Err(SecretError::Missing(path.clone())),
            _ => Ok(()),
        }
    }

    /// The secrets, the newest first; one is drawn and written down when there is none yet.
    pub(crate) fn load(&self) -> Result<Vec<SecretSlice<u8>>, SecretError> {
        match self.read_again()? {
            Some(secrets) => Ok(secrets),
            None if self.is_required => Err(SecretError::Missing(self.file.clone().unwrap_or_default())),
            None => {
                let secret = draw();
                if self.file.is_some() {
                    self.write_new(&secret)?;
                }
                Ok(vec![secret])
            }
        }
    }

    /// The secrets with which something is sealed already: none is drawn in the place of those of a file that is gone.
    pub(crate) fn load_existing(&self) -> Result<Vec<SecretSlice<u8>>, SecretError> {
        match (self.read_again()?, &self.file) {
            (None, Some(path)) => Err(SecretError::Lost(path.clone())),
            (None, None) => self.load(),
            (Some(secrets), _) => Ok(secrets),
        }
    }

    /// What the file holds by now; nothing when there is none.
    pub(crate) fn read_again(&self) -> Result<Option<Vec<SecretSlice<u8>>>, SecretError> {
        let Some(path) = &self.file else { return Ok(None) };
        match read(path) {
            Ok(text) => decode(path, &text).map(Some),
            Err(ReadError::Readable) => Err(SecretError::Readable(path.clone())),
            Err(ReadError::File(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(ReadError::File(error)) => Err(SecretError::File { path: path.clone(), error }),
        }
    }

    /// Creates the file, with a secret. One that is there is left alone.
    pub fn create(&self) -> Result<(), SecretError> {
        match self.read_again()? {
            Some(_) => Err(SecretError::Exists(self.file.clone().unwrap_or_default())),
            None => self.write_new(&draw()),
        }
    }

    /// Adds a secret before the others.
    pub fn add_key(&self) -> Result<(), SecretError> {
        let mut secrets = self.read_again()?.unwrap_or_default();
        secrets.insert(0, draw());
        self.replace(&secrets)
    }

    /// Forgets all secrets but the newest.
    pub fn forget_old_keys(&self) -> Result<(), SecretError> {
        let mut secrets = self.read_again()?.unwrap_or_default();
        secrets.truncate(1);
        self.replace(&secrets)
    }

    fn write_new(&self, secret: &SecretSlice<u8>) -> Result<(), SecretError> {
        let path = self.file.as_ref().ok_or(SecretError::NoFile)?;
        write(path, std::slice::from_ref(secret)).map_err(|error| SecretError::File { path: path.clone(), error })
    }

    /// Beside it first, then in its place: a machine that stops in between leaves one of both, whole.
    fn replace(&self, secrets: &[SecretSlice<u8>]) -> Result<(), SecretError> {
        let path = self.file.as_ref().ok_or(SecretError::NoFile)?;
        let beside = path.with_extension("new");
        let replaced = match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => write(&beside, secrets).and_then(|()| std::fs::rename(&beside, path)),
        };
        replaced.map_err(|error| SecretError::File { path: path.clone(), error })
    }
}

/// Creates a file of secrets that its owner alone reads.
fn write(path: &Path, secrets: &[SecretSlice<u8>]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    for secret in secrets {
        writeln!(file, "{}", BASE64_STANDARD.encode(secret.expose_secret()))?;
    }
    file.sync_all()
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
    file.take(64 * 1024).read_to_string(&mut text).map_err(ReadError::File)?;
    Ok(text)
}

fn decode(path: &Path, text: &str) -> Result<Vec<SecretSlice<u8>>, SecretError> {
    let decoded = text.lines().filter(|line| !line.trim().is_empty()).map(|line| match BASE64_STANDARD.decode(line.trim()) {
        Ok(bytes) if bytes.len() == LENGTH => Ok(bytes.into()),
        _ => Err(SecretError::Content(path.to_owned())),
    });
    match decoded.collect::<Result<Vec<_>, _>>()? {
        secrets if secrets.is_empty() => Err(SecretError::Content(path.to_owned())),
        secrets => Ok(secrets),
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

    fn at(path: &Path) -> SecretConfiguration {
        SecretConfiguration { file: Some(path.to_owned()), is_required: false }
    }

    fn exposed(configuration: &SecretConfiguration) -> Vec<Vec<u8>> {
        configuration.load().unwrap().iter().map(|secret| secret.expose_secret().to_vec()).collect()
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_first_start_creates_it_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let first = exposed(&at(&path));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(exposed(&at(&path)), first);
        assert_ne!(exposed(&SecretConfiguration::default()), first);
    }

    #[test]
    fn a_file_that_is_wrong_or_open_to_all_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let configuration = at(&path);
        configuration.load().unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(configuration.load(), Err(SecretError::Readable(_))));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        for content in ["short", "", "\n \n"] {
            std::fs::write(&path, content).unwrap();
            assert!(matches!(configuration.load(), Err(SecretError::Content(_))), "{content:?}");
        }
        assert!(matches!(at(&directory.path().join("no/such/secret")).load(), Err(SecretError::File { .. })));
    }

    #[test]
    fn replicas_are_given_it_and_never_draw_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let configuration = SecretConfiguration { is_required: true, ..at(&path) };
        assert!(matches!(configuration.check(), Err(SecretError::Missing(_))));
        assert!(matches!(configuration.load(), Err(SecretError::Missing(_))));
        assert!(!path.exists());
        configuration.create().unwrap();
        assert_eq!(exposed(&configuration).len(), 1);
        assert!(matches!(configuration.create(), Err(SecretError::Exists(_))));
    }

    #[test]
    fn keys_are_added_before_the_others_and_old_ones_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let configuration = at(&path);
        let first = exposed(&configuration);
        // What an earlier try has left behind is in nobody's way.
        std::fs::write(path.with_extension("new"), "half").unwrap();
        configuration.add_key().unwrap();
        let both = exposed(&configuration);
        assert_eq!((both.len(), both.last()), (2, first.last()));
        assert_eq!(mode(&path), 0o600);
        configuration.forget_old_keys().unwrap();
        assert_eq!(exposed(&configuration), [both.first().unwrap().clone()]);
    }
}
