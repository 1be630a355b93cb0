//! What the server does by itself: each token is asked of DS once a day, so that an owner learns of a refusal before their
//! colleagues do; what is old in the trail is forgotten.

use std::{sync::Arc, time::Duration};

use relais_engine::Timestamp;
use tokio::sync::watch;

use crate::{
    application::Application,
    clock,
    ids::TeamId,
    store::{Checked, StoredToken},
    teams::inspection::{self, inspect},
};

/// How often is looked for tokens to check.
const ROUND: Duration = Duration::from_hours(1);
/// How old DS's word on a token may be.
const CHECKED_SECONDS: i64 = 24 * 3600;

/// Checks tokens, and forgets what is old, until the server stops.
pub(crate) async fn keep_house(application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = async { forget_old(&application, clock::now()).await; check_due(&application, clock::now()).await; } => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

async fn forget_old(application: &Application, now: Timestamp) {
    let days = i64::from(application.configuration.audit.days);
    match application.store.forget_audit(now.plus_seconds(-days * 24 * 3600)).await {
        Ok(0) => {}
        Ok(lines) => tracing::info!(lines, "old lines of the trail are forgotten"),
        Err(error) => tracing::warn!(cause = %error, "old lines of the trail are not forgotten"),
    }
}

/// Checks the tokens of which DS has said nothing for a day.
async fn check_due(application: &Application, now: Timestamp) {
    let tokens = match application.store.all_tokens().await {
        Ok(tokens) => tokens,
        Err(error) => return tracing::warn!(cause = %error, "tokens are not checked"),
    };
    for (team, token) in tokens.into_iter().filter(|(_, token)| now >= token.checked.at.plus_seconds(CHECKED_SECONDS)) {
        check(application, &team, token).await;
    }
}

async fn check(application: &Application, team: &TeamId, token: StoredToken) {
    let (id, version, known) = (token.id.clone(), token.version, token.checked);
    let opened = application.teams.open(team, token).await;
    let inspected = match opened.ready() {
        Ok(ready) => inspect(&application.ds, ready, &opened.gate, &opened.demarches).await,
        Err(failure) => Err(failure),
    };
    let checked = match inspected {
        Ok(inspection) => Checked { at: clock::now(), rights: inspection.rights, refusal: None },
        Err(failure) if inspection::is_of_token(failure.error.code) => Checked { at: clock::now(), refusal: Some(failure.error.code), ..known },
        // DS has another difficulty, or opens none of the démarches: asked again at the next round, or when somebody asks.
        Err(failure) => return tracing::info!(token = id.as_str(), code = ?failure.error.code, cause = %failure, "a token could not be checked"),
    };
    tracing::info!(token = id.as_str(), refusal = ?checked.refusal, "token checked");
    match application.store.note_check(&id, version, checked).await {
        Ok(()) => application.teams.forget(),
        Err(error) => tracing::warn!(cause = %error, "what DS said of a token is not noted"),
    }
}
