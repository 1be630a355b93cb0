//! What the server does by itself: each token is asked of DS once a day, so that an owner learns of a refusal before their
//! colleagues do; what is old in the trail is forgotten.

use std::{sync::Arc, time::Instant};

use relais_engine::Timestamp;
use tokio::sync::watch;

use crate::{
    application::Application,
    clock,
    store::{Checked, Rights},
    teams::{
        TeamToken,
        inspection::{self, inspect},
    },
};

/// How old DS's word on a token may be.
const CHECKED_SECONDS: i64 = 24 * 3600;

/// Checks tokens, and forgets what is old, until the server stops.
pub(crate) async fn keep_house(application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    let start = Instant::now();
    loop {
        let work = async {
            forget_old(&application, clock::now()).await;
            check_due(&application, clock::now()).await;
            if start.elapsed() >= application.configuration.limits.check_declared_after {
                check_declared(&application, clock::now()).await;
            }
        };
        tokio::select! {
            () = work => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(application.configuration.limits.check_round) => {}
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
    for (team, token) in tokens.into_iter().filter(|(_, token)| is_due(Some(&token.checked), now)) {
        check(application, &application.teams.open(&team, token).await).await;
    }
}

/// The same of those that the operator gave, at the start too.
async fn check_declared(application: &Application, now: Timestamp) {
    for team in application.teams.declared() {
        for token in team.tokens.iter().filter(|token| is_due(token.checked.as_ref(), now)) {
            check(application, token).await;
        }
    }
}

fn is_due(checked: Option<&Checked>, now: Timestamp) -> bool {
    checked.is_none_or(|checked| now >= checked.at.plus_seconds(CHECKED_SECONDS))
}

async fn check(application: &Application, token: &TeamToken) {
    // The name of a declared one is its team's.
    let name = token.id.as_ref().map_or(token.name.as_str(), |id| id.as_str());
    let inspected = match token.ready() {
        Ok(ready) => inspect(&application.ds, ready, &token.gate, &token.demarches).await,
        Err(failure) => Err(failure),
    };
    let known = token.checked.clone();
    let known_rights = known.as_ref().map_or(Rights::Unknown, |known| known.rights);
    let checked = match inspected {
        Ok(inspection) => inspection.checked(known_rights),
        Err(failure) if inspection::is_of_token(failure.error.code) => Checked {
            at: clock::now(),
            rights: known_rights,
            refusal: Some(failure.error.code),
            refused: known.map(|known| known.refused).unwrap_or_default(),
        },
        // DS has another difficulty: asked again at the next round, or when somebody asks.
        Err(failure) => return tracing::info!(token = name, code = ?failure.error.code, cause = %failure, "a token could not be checked"),
    };
    tracing::info!(token = name, refusal = ?checked.refusal, refused = checked.refused.len(), "token checked");
    application.note_check(token, checked).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_after_a_day() {
        let now = Timestamp::from_milliseconds(1_000_000_000_000);
        let checked = |seconds: i64| Checked { at: now.plus_seconds(-seconds), rights: Rights::Read, refusal: None, refused: Vec::new() };
        assert!(is_due(None, now));
        assert!(is_due(Some(&checked(24 * 3600)), now));
        assert!(!is_due(Some(&checked(24 * 3600 - 1)), now) && !is_due(Some(&checked(0)), now));
    }
}
