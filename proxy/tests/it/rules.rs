//! What only the sources can show: that `SECURITY.md` names tests that exist, and how secrets are compared and where they are exposed.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of a crate of this workspace.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)
}

/// Where a test that is named `module::test` may be: here, beside the code of the proxy, or beside that of the engine.
fn files(module: &str) -> Vec<PathBuf> {
    let path = module.replace("::", "/");
    let mut files = vec![folder("proxy/tests/it").join(format!("{path}.rs"))];
    for sources in ["proxy/src", "engine/src"] {
        files.extend([folder(sources).join(format!("{path}.rs")), folder(sources).join(&path).join("mod.rs")]);
    }
    files
}

#[test]
fn every_test_that_security_names_exists() {
    let text = fs::read_to_string(folder("proxy").join("SECURITY.md")).unwrap();
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
    assert!(names.len() > 80, "the names were found");
    let is_there = |name: &str| {
        let (module, test) = name.rsplit_once("::").unwrap();
        let declared = format!("fn {test}(");
        files(module).iter().any(|file| fs::read_to_string(file).is_ok_and(|source| source.contains(&declared)))
    };
    let missing: Vec<&&str> = names.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

/// The sources of the proxy, without their tests.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            found.push((path, source.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()));
        }
    }
    found
}

/// No test measures it: a comparison that ends at the first difference takes nanoseconds less.
#[test]
fn secrets_are_compared_in_constant_time() {
    let sources = sources(&folder("proxy/src"));
    let session = &sources.iter().find(|(path, _)| path.ends_with("auth/session.rs")).unwrap().1;
    assert!(session.contains(".verify_slice(&signature)"), "by the library that made the signature");
    for (path, source) in &sources {
        for line in source.lines().filter(|line| ["==", "!=", ".eq("].iter().any(|sign| line.contains(sign))) {
            let is_secret = line.contains("expose_secret()") || line.contains("signature") && path.ends_with("auth/session.rs");
            assert!(!is_secret, "{}: {line}", path.display());
        }
    }
}

#[test]
fn secrets_are_exposed_where_they_must_be() {
    let folder = folder("proxy/src");
    let exposing = sources(&folder).into_iter().filter(|(_, source)| source.contains("expose_secret()"));
    let mut exposing: Vec<String> = exposing.map(|(path, _)| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()).collect();
    exposing.sort();
    let places = [
        "auth/grist.rs",
        "auth/session.rs",
        "config/database.rs",
        "config/secret.rs",
        "ds/token.rs",
        "routes/files.rs",
        "routes/tokens.rs",
        "store/mod.rs",
        "vault.rs",
    ];
    assert_eq!(exposing, places);
}
