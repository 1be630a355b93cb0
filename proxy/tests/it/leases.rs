//! The right to run a connexion: who has it, and who cannot touch it.

use std::time::Duration;

use insta::assert_snapshot;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    grist::Right,
    relais::{DOCUMENT, Relais, STRANGER, code, shown},
};

impl Relais {
    async fn lease(&self, session: &str, method: Method, connexion: &str, body: &Value) -> Response {
        self.request(method, &format!("/api/leases/{connexion}"), session).json(body).send().await.unwrap()
    }

    async fn take(&self, session: &str, connexion: &str) -> Response {
        self.lease(session, Method::PUT, connexion, &json!({})).await
    }

    async fn taken(&self, session: &str, connexion: &str) -> String {
        let answer: Value = self.take(session, connexion).await.json().await.unwrap();
        answer["lease"].as_str().unwrap_or_else(|| panic!("no lease in {answer}")).to_owned()
    }
}

/// The attack: a session of another document, of the same team, of the same person, with what it should not know.
#[tokio::test]
async fn another_document_neither_sees_nor_touches_a_lease() {
    let relais = Relais::with(|configured| {
        let other = format!("{}/{STRANGER}", configured.grist.origins[0].as_str());
        configured.teams[0].documents.push(other.parse().unwrap());
    })
    .await;
    let (ours, theirs) = (relais.session_in(DOCUMENT, 42, Right::Editor).await, relais.session_in(STRANGER, 42, Right::Editor).await);
    let lease = relais.taken(&ours, "131016").await;
    let other = relais.taken(&theirs, "131016").await;
    assert_ne!(other, lease, "the same name there is another connexion, and free");
    relais.lease(&theirs, Method::DELETE, "131016", &json!({ "lease": lease })).await;
    assert_eq!(code(relais.take(&ours, "131016").await).await, "lease_held", "still held");
    let renewed = relais.lease(&theirs, Method::PUT, "131016", &json!({ "lease": lease })).await;
    assert_eq!(code(renewed).await, "lease_held", "it does not stand for theirs either");
    // Nor does a colleague in the document end or prolong it, with or without its id.
    let colleague = relais.session_in(DOCUMENT, 43, Right::Editor).await;
    for guessed in [lease.as_str(), &"0".repeat(32)] {
        assert_eq!(relais.lease(&colleague, Method::DELETE, "131016", &json!({ "lease": guessed })).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(code(relais.lease(&colleague, Method::PUT, "131016", &json!({ "lease": guessed })).await).await, "lease_held");
    }
}

#[tokio::test]
async fn a_lease_needs_a_session() {
    let relais = Relais::start().await;
    for method in [Method::PUT, Method::DELETE] {
        let refused = relais.lease("forged", method, "131016", &json!({})).await;
        assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::UNAUTHORIZED, "session_expired"));
    }
}

#[tokio::test]
async fn ids_and_bodies_of_another_shape_are_refused() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    for connexion in ["a%2Fb", "%C3%A9", "%FF", "a%00", "a.b", &"x".repeat(65)] {
        assert_eq!(code(relais.take(&session, connexion).await).await, "bad_request", "{connexion}");
    }
    for body in
        [json!([1]), json!(null), json!({ "user": 1 }), json!({ "lease": 7 }), json!({ "lease": "7" }), json!({ "lease": "x".repeat(60_000) })]
    {
        for method in [Method::PUT, Method::DELETE] {
            assert_eq!(code(relais.lease(&session, method, "131016", &body).await).await, "bad_request", "{body}");
        }
    }
    assert_eq!(code(relais.lease(&session, Method::DELETE, "131016", &json!({})).await).await, "bad_request");
    let plain = relais.request(Method::PUT, "/api/leases/131016", &session).body("{}").send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(relais.request(Method::GET, "/api/leases/131016", &session).send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(relais.take(&session, "131016").await.status(), StatusCode::OK, "none of them held anything");
}

#[tokio::test]
async fn a_refusal_says_who_runs_and_since_when() {
    let relais = Relais::start().await;
    let (first, second) = (relais.session_of(42).await, relais.session_of(43).await);
    let given = relais.take(&first, "131016").await;
    assert_eq!((given.status(), given.headers()["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
    let given: Value = given.json().await.unwrap();
    let refused = relais.take(&second, "131016").await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let text = refused.text().await.unwrap();
    let error = serde_json::from_str::<Value>(&text).unwrap()["error"].clone();
    assert_eq!(error["holder"], json!({ "user": 42, "since": given["since"] }));
    assert_eq!(error["retry_at"], given["expires_at"]);
    assert!(!text.contains(given["lease"].as_str().unwrap()), "the lease's id is its holder's");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("Utilisateur n°\u{a0}42 synchronise déjà cette démarche depuis "), "{message}");
    assert!(message.ends_with("Rien n’a été lancé une seconde fois."), "{message}");
    // Renewed by its holder, given back, taken by the other.
    let lease = json!({ "lease": given["lease"] });
    let renewed: Value = relais.lease(&first, Method::PUT, "131016", &lease).await.json().await.unwrap();
    assert_eq!((&renewed["lease"], &renewed["since"]), (&given["lease"], &given["since"]));
    assert_snapshot!(shown(relais.lease(&first, Method::DELETE, "131016", &lease).await).await, @r"
    204 No Content
    cache-control: no-store
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: [id]
    ");
    assert_eq!(relais.take(&second, "131016").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_lease_that_is_not_renewed_can_be_taken_over() {
    let relais = Relais::with(|configured| configured.limits.lease = Duration::from_secs(1)).await;
    let (first, second) = (relais.session_of(42).await, relais.session_of(43).await);
    let lease = relais.taken(&first, "131016").await;
    let mut refusals = 0;
    while relais.take(&second, "131016").await.status() == StatusCode::CONFLICT {
        refusals += 1;
        assert!(refusals < 200, "it never ends");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(refusals > 0);
    let refused = relais.lease(&first, Method::PUT, "131016", &json!({ "lease": lease })).await;
    assert_eq!(code(refused).await, "lease_held");
}
