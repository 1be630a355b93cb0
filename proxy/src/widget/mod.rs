//! The widget's files, built by Trunk: in this binary, or in a directory.

mod policy;
mod prepare;

use std::{borrow::Cow, collections::BTreeMap, fs, io, path::Path};

use bytes::Bytes;

use crate::config::{GristOrigin, WidgetSource};

include!(concat!(env!("OUT_DIR"), "/widget_files.rs"));

/// The page that Grist embeds; others lead to and from it.
const PAGE: &str = "index.html";

/// What the name of a page ends with.
const PAGES: &str = ".html";

/// Fast, for files that are compressed at start.
const QUALITY: u32 = 5;

/// A file of the widget.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub bytes: Bytes,
    pub brotli: Option<Bytes>,
    pub etag: Cow<'static, str>,
    pub media_type: Cow<'static, str>,
    pub is_hashed: bool,
}

/// The widget's files by name, and the policy that goes with its page.
#[derive(Debug)]
pub(crate) struct Widget {
    files: BTreeMap<Cow<'static, str>, File>,
    policy: String,
}

impl Widget {
    /// Reads the files, wherever they are.
    pub(crate) fn load(source: &WidgetSource, origins: &[GristOrigin]) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        match source {
            WidgetSource::Embedded => files.extend(embedded().into_iter().map(|(name, file)| (Cow::Borrowed(name), file))),
            WidgetSource::Directory(directory) => read_directory(directory, "", &mut files)?,
        }
        let pages: Vec<Cow<'_, str>> =
            files.iter().filter(|(name, _)| name.ends_with(PAGES)).map(|(_, file)| String::from_utf8_lossy(&file.bytes)).collect();
        let policy = policy::of(&pages.concat(), origins);
        Ok(Self { files, policy })
    }

    /// The page of this address, the first one's being empty; none when the widget was not built, or has no such page.
    pub(crate) fn page(&self, name: &str) -> Option<&File> {
        if name.is_empty() { self.files.get(PAGE) } else { self.files.get(name).filter(|_| name.ends_with(PAGES)) }
    }

    /// Whether this is the address of the page that Grist embeds.
    pub(crate) fn is_first_page(name: &str) -> bool {
        name.is_empty() || name == PAGE
    }

    /// Any file.
    pub(crate) fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// The pages' `Content-Security-Policy`.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

fn read_directory(directory: &Path, prefix: &str, files: &mut BTreeMap<Cow<'static, str>, File>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_directory(&entry.path(), &format!("{name}/"), files)?;
            continue;
        }
        let bytes = fs::read(entry.path())?;
        let prepared = prepare::prepare(&name, &bytes, QUALITY)?;
        let file = File {
            bytes: bytes.into(),
            brotli: prepared.brotli.map(Bytes::from),
            etag: prepared.etag.into(),
            media_type: prepared.media_type.into(),
            is_hashed: prepared.is_hashed,
        };
        files.insert(name.into(), file);
    }
    Ok(())
}
