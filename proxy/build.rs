//! Puts the widget's files, which Trunk leaves in `dist`, into the binary, compressed. Without them the page says so.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

#[path = "src/widget/prepare.rs"]
mod prepare;

/// The best that brotli does: it is done once.
const QUALITY: u32 = 11;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../dist");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/widget/prepare.rs");
    println!("cargo::rerun-if-changed={}", directory.display());
    // A path that is not there would make Cargo build the proxy anew each time; one that cannot be made does no harm.
    let _ = fs::create_dir_all(&directory);
    let mut table = String::from("fn embedded() -> Vec<(&'static str, File)> {\n    vec![\n");
    let mut files = Vec::new();
    if directory.is_dir() {
        list(&directory, &mut files)?;
    }
    files.sort();
    for (index, path) in files.iter().enumerate() {
        let name = path.strip_prefix(&directory)?.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(path)?;
        let prepared = prepare::prepare(&name, &bytes, QUALITY)?;
        let brotli = match prepared.brotli {
            Some(compressed) => {
                let compressed_path = out.join(format!("{index}.br"));
                fs::write(&compressed_path, compressed)?;
                format!("Some(Bytes::from_static(include_bytes!({:?})))", text(&compressed_path)?)
            }
            None => "None".to_owned(),
        };
        let path = path.canonicalize()?;
        let (path, etag, media_type, is_hashed) = (text(&path)?, prepared.etag, prepared.media_type, prepared.is_hashed);
        writeln!(
            table,
            "        ({name:?}, File {{ bytes: Bytes::from_static(include_bytes!({path:?})), brotli: {brotli}, etag: Cow::Borrowed({etag:?}), \
             media_type: Cow::Borrowed({media_type:?}), is_hashed: {is_hashed} }}),"
        )?;
    }
    table.push_str("    ]\n}\n");
    fs::write(out.join("widget_files.rs"), table)?;
    Ok(())
}

fn text(path: &Path) -> Result<&str, &'static str> {
    path.to_str().ok_or("the path of the widget's files is not Unicode")
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
