//! What can go wrong between Relais and DS.

use serde::Serialize;

use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed},
    naming::names,
};

names! {
    /// Why DS, or the proxy in front of it, did not give what was asked. The proxy's errors carry the same codes.
    ///
    /// Sources: the refusals of facts/ds-api.md, section 3.2.
    SourceErrorCode {
        /// The DS token is past its date.
        TokenExpired = "token_expired",
        /// DS does not know the token: wrong, or revoked.
        TokenRefused = "token_refused",
        /// DS refuses the token from the proxy's network address.
        AddressRefused = "address_refused",
        /// The token may not read this démarche or dossier.
        DemarcheRefused = "demarche_refused",
        /// No démarche or dossier has this number.
        NotFound = "not_found",
        /// DS took too long: a smaller page may pass.
        Timeout = "timeout",
        /// Too many requests; see [`SourceError::retry_at`].
        RateLimited = "rate_limited",
        /// DS is down, in maintenance, or cannot be reached.
        DsUnavailable = "ds_unavailable",
        /// DS failed on this request in a way of its own.
        DsFailed = "ds_failed",
        /// The answer stopped before its end, or is not what DS answers.
        InvalidAnswer = "invalid_answer",
        /// The answer is larger than the proxy relays: a smaller page may pass.
        AnswerTooLarge = "answer_too_large",
        /// The address of the file has expired, or the file is gone: DS gives a new one.
        FileExpired = "file_expired",
        /// The file's address is not one that the proxy fetches.
        FileRefused = "file_refused",
        /// The file is larger than the proxy passes on.
        FileTooLarge = "file_too_large",
        /// DS's schema does not have what was asked: an older instance.
        Unsupported = "unsupported",
        /// The session with the proxy has ended.
        SessionExpired = "session_expired",
        /// Grist does not confirm that this person may edit this document.
        GristRefused = "grist_refused",
        /// The document belongs to no team.
        DocumentUnknown = "document_unknown",
        /// The document's team may not use this démarche.
        DemarcheForbidden = "demarche_forbidden",
        /// Only an owner of the document may do that.
        OwnersOnly = "owners_only",
        /// The document has a team already.
        TeamExists = "team_exists",
        /// The operator has declared the team, and alone changes it.
        TeamDeclared = "team_declared",
        /// The operator lets no team be created, or no document join one, from the widget.
        EnrolmentClosed = "enrolment_closed",
        /// No invitation has this code: it was used, taken back, has ended, or never was.
        InvitationRefused = "invitation_refused",
        /// It is the last document of its team, which would end with it.
        LastDocument = "last_document",
        /// Another token of the team reads this démarche already.
        DemarcheTaken = "demarche_taken",
        /// The team has as many of these as it may have.
        TooMany = "too_many",
        /// No template of this id that the team may see.
        TemplateUnknown = "template_unknown",
        /// The file is no template, or holds what a template may not.
        TemplateRefused = "template_refused",
        /// Somebody else has changed it meanwhile.
        Changed = "changed",
        /// Somebody else runs the connexion; see [`SourceError::holder`].
        LeaseHeld = "lease_held",
        /// The proxy refused the request: a defect of Relais.
        BadRequest = "bad_request",
        /// The proxy itself cannot be reached.
        ProxyUnavailable = "proxy_unavailable",
        /// The proxy failed: a defect of Relais.
        Internal = "internal",
    }
}

impl SourceErrorCode {
    /// Whether the same request may well pass later, as it is. An expired address does not: the dossier is asked for again.
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Timeout | Self::RateLimited | Self::DsUnavailable | Self::DsFailed | Self::InvalidAnswer | Self::ProxyUnavailable | Self::Internal
        )
    }

    /// Whether a smaller page may pass where this one did not (rule 17).
    pub const fn is_eased_by_less(self) -> bool {
        matches!(self, Self::Timeout | Self::AnswerTooLarge | Self::DsFailed | Self::DsUnavailable | Self::InvalidAnswer)
    }
}

/// Who runs a connexion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The number that Grist gives the person.
    pub user: i64,
    /// Since when.
    pub since: Timestamp,
}

impl FromJson for Holder {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { user: json.read("user")?, since: json.read("since")? })
    }
}

/// A failed call of DS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}")]
pub struct SourceError {
    /// Why.
    pub code: SourceErrorCode,
    /// When the same request may be made again, if known. Of a lease: when it ends, should its holder have gone.
    pub retry_at: Option<Timestamp>,
    /// The address from which the proxy calls DS, when that is what DS refused.
    pub address: Option<String>,
    /// The proxy's number for the request, to find it in its log.
    pub request_id: Option<String>,
    /// Who runs the connexion, when somebody does.
    pub holder: Option<Box<Holder>>,
}

impl From<SourceErrorCode> for SourceError {
    fn from(code: SourceErrorCode) -> Self {
        Self { code, retry_at: None, address: None, request_id: None, holder: None }
    }
}
