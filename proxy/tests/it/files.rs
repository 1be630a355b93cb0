//! The widget's files, the manifest, health.

use std::{fs, path::Path};

use insta::assert_snapshot;
use relais_proxy::config::WidgetSource;
use reqwest::StatusCode;

use crate::relais::{Relais, shown};

const PAGE: &str = "<!doctype html><script type=\"module\">import init from './relais-widget-0123456789abcdef.js';</script>";

const GUIDE: &str = "<!doctype html><title>Guide</title>";

async fn with_widget(directory: &Path) -> Relais {
    fs::write(directory.join("index.html"), PAGE).unwrap();
    fs::write(directory.join("relais-widget-0123456789abcdef.js"), "export default 1;".repeat(100)).unwrap();
    fs::write(directory.join("relais-widget-0123456789abcdef_bg.wasm"), [0; 4096]).unwrap();
    fs::write(directory.join("guide.html"), GUIDE).unwrap();
    fs::write(directory.join("style.css"), "p { color: red }").unwrap();
    let source = WidgetSource::Directory(directory.to_owned());
    Relais::with(|configured| configured.widget = source).await
}

#[tokio::test]
async fn the_page_is_embedded_by_grist_alone() {
    let directory = tempfile::tempdir().unwrap();
    let relais = with_widget(directory.path()).await;
    let page = shown(relais.get("/").await).await.replace(&relais.grist.origin(), "[grist]");
    assert_snapshot!(page, @r#"
    200 OK
    cache-control: no-cache
    content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-xTwWXlkN6Az47BfdQBZ1cc5ht+aEUuHYPrOhknypfVU='; style-src 'self'; connect-src 'self' [grist]; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors [grist]
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    etag: "svoqnHjV7eBBe/rmbaU7Z7"
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    vary: accept-encoding
    x-content-type-options: nosniff
    x-request-id: [id]

    <!doctype html><script type="module">import init from './relais-widget-0123456789abcdef.js';</script>
    "#);
    assert_eq!(relais.get("/index.html").await.text().await.unwrap(), PAGE);
    // Nor is another page embedded by anybody else.
    let policy = relais.get("/").await.headers()["content-security-policy"].clone();
    for other in ["/index.html", "/guide.html"] {
        assert_eq!(relais.get(other).await.headers().get("content-security-policy"), Some(&policy), "{other}");
    }
    // The parameters that Grist adds change nothing.
    assert_eq!(relais.get("/?access=full&readonly=false").await.text().await.unwrap(), PAGE);
}

#[tokio::test]
async fn files_are_kept_for_ever_when_their_name_says_their_content() {
    let directory = tempfile::tempdir().unwrap();
    let relais = with_widget(directory.path()).await;
    let plain = reqwest::Client::builder().no_proxy().no_brotli().no_gzip().build().unwrap();
    let ask = |name: &str| plain.get(relais.url(name)).header("accept-encoding", "gzip, br");
    let wasm = ask("/relais-widget-0123456789abcdef_bg.wasm").send().await.unwrap();
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    assert_eq!(wasm.headers()["content-encoding"], "br");
    assert_eq!(wasm.headers()["cache-control"], "public, max-age=31536000, immutable");
    let tag = wasm.headers()["etag"].clone();
    let mut decoded = Vec::new();
    std::io::copy(&mut brotli::Decompressor::new(wasm.bytes().await.unwrap().as_ref(), 4096), &mut decoded).unwrap();
    assert_eq!(decoded, [0; 4096]);
    let same = ask("/relais-widget-0123456789abcdef_bg.wasm").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    assert!(same.bytes().await.unwrap().is_empty());
    let style = ask("/style.css").send().await.unwrap();
    assert_eq!(style.headers()["cache-control"], "no-cache");
    // For those who do not read brotli: a browser without TLS, a tool.
    for encoding in ["identity", "gzip", "br;q=0"] {
        let request = relais.http.get(relais.url("/relais-widget-0123456789abcdef.js")).header("accept-encoding", encoding);
        let script = reqwest::Client::builder().no_proxy().build().unwrap().execute(request.build().unwrap()).await.unwrap();
        assert_ne!(script.headers().get("content-encoding").map(|value| value.to_str().unwrap()), Some("br"));
        assert_eq!(script.text().await.unwrap(), "export default 1;".repeat(100), "{encoding}");
    }
}

#[tokio::test]
async fn nothing_else_is_a_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("secret"), "private").unwrap();
    let widget = directory.path().join("widget");
    fs::create_dir(&widget).unwrap();
    let relais = with_widget(&widget).await;
    for path in [
        "/secret",
        "/../secret",
        "/%2e%2e/secret",
        "/widget/..%2f..%2fsecret",
        "//etc/passwd",
        "/index.html/",
        "/api",
        "/api/x",
        "/api/../style.css/x",
    ] {
        let answer =
            crate::raw::exchange(relais.server.address(), format!("GET {path} HTTP/1.1\r\nHost: relais\r\nConnection: close\r\n\r\n").as_bytes())
                .await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("private"));
    }
}

#[tokio::test]
async fn without_the_widget_the_page_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let source = WidgetSource::Directory(directory.path().to_owned());
    let relais = Relais::with(|configured| configured.widget = source).await;
    let page = shown(relais.get("/").await).await.replace(&relais.grist.origin(), "[grist]");
    assert_snapshot!(page, @r#"
    503 Service Unavailable
    content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' [grist]; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors [grist]
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    vary: accept-encoding
    x-content-type-options: nosniff
    x-request-id: [id]

    <!doctype html><html lang="fr"><meta charset="utf-8"><title>Relais</title><p>Ce serveur de Relais a été construit sans son widget. Votre document n’a pas changé.</p><p>Donnez ce message à la personne qui administre Relais : construire le widget avec Trunk, puis le serveur.</p></html>
    "#);
}

#[tokio::test]
async fn the_manifest_names_the_widget() {
    let relais = Relais::with(|configured| configured.server.public_url = Some("https://relais.exemple.fr/".parse().unwrap())).await;
    assert_snapshot!(shown(relais.get("/manifest.json").await).await, @r#"
    200 OK
    cache-control: no-cache
    content-type: application/json
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    vary: accept-encoding
    x-content-type-options: nosniff
    x-request-id: [id]

    [
      {
        "accessLevel": "full",
        "authors": [
          {
            "name": "Relais"
          }
        ],
        "description": "Importe les dossiers d’une démarche dans ce document, avec les champs de votre choix, et les tient à jour.",
        "isGristLabsMaintained": false,
        "name": "Démarches Simplifiées (Relais)",
        "published": true,
        "renderAfterReady": true,
        "url": "https://relais.exemple.fr/",
        "widgetId": "relais"
      }
    ]
    "#);
}

#[tokio::test]
async fn health_and_metrics() {
    let relais = Relais::start().await;
    assert_snapshot!(shown(relais.get("/health/ready").await).await, @r#"
    200 OK
    cache-control: no-store
    content-type: application/json
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: [id]

    {
      "status": "ready"
    }
    "#);
    assert_eq!(relais.get("/health/live").await.status(), StatusCode::OK);
    assert_eq!(relais.get("/metrics").await.status(), StatusCode::NOT_FOUND, "the metrics have a port of their own");
    let session = relais.session().await;
    relais.state(&session).await.bytes().await.unwrap();
    let metrics = relais.metrics().await;
    for line in [
        r#"relais_requests_total{method="POST",route="/api/operations/{name}",status="200"} 1"#,
        r#"relais_operations_total{operation="getDemarcheState",outcome="ok"} 1"#,
        r#"relais_sessions_total{outcome="opened"} 1"#,
        "relais_operation_duration_seconds_count 1",
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
}

#[tokio::test]
async fn the_schema_of_templates_is_published() {
    let relais = Relais::start().await;
    let answer = relais.get("/modele.schema.json").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/schema+json");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=86400");
    assert_eq!(answer.text().await.unwrap(), relais_engine::template::SCHEMA);
}
