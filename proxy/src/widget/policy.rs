//! The `Content-Security-Policy` of the widget's pages.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use crate::config::GristOrigin;

/// Nothing but what the widget needs: its own files, its own server, and the Grist that embeds it, to which it sends
/// attachments.
pub(super) fn of(pages: &str, origins: &[GristOrigin]) -> String {
    let scripts = list(&inline_scripts(pages));
    let origins = list(origins);
    let ancestors = if origins.is_empty() { " 'none'" } else { &origins };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; connect-src 'self'{origins}; \
         img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors{ancestors}"
    )
}

fn list(items: &[impl std::fmt::Display]) -> String {
    items.iter().flat_map(|item| [" ".to_owned(), item.to_string()]).collect()
}

/// The hashes of the scripts inside pages, as a `Content-Security-Policy` has them.
fn inline_scripts(page: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, after)) = after.split_once('>') else { break };
        let Some((script, after)) = after.split_once("</script>") else { break };
        if !attributes.contains("src=") {
            hashes.push(format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script))));
        }
        rest = after;
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_the_page_are_named_one_by_one() {
        let page = "<head><script type=\"module\">import init from './a.js';</script><script src=\"./b.js\"></script><script>1</script>";
        let hash = |script: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script)));
        assert_eq!(inline_scripts(page), [hash("import init from './a.js';"), hash("1")]);
    }

    #[test]
    fn without_origins_nobody_embeds_the_page() {
        assert!(of("", &[]).ends_with("frame-ancestors 'none'"));
        assert!(!of("<script>1</script>", &[]).contains("unsafe-inline"));
    }
}
