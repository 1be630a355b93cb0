//! How things stand: whether the widget can work in this document, and how each connexion is.

use relais_engine::{
    ds::SourceErrorCode,
    grist::{Denied, DocumentError, DocumentSchema},
    sync::Connexion,
};

use crate::{
    grist::AccessLevel,
    proxy::{Enrolment, OpenError, Role, Session},
    text::states::{self, Explanation},
};

/// What keeps the widget from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The page is not in Grist.
    Outside,
    /// The page around does not answer.
    Silent,
    /// The access level is too low.
    Access(AccessLevel),
    /// The person may only read, and nothing can be shown.
    Viewer,
    /// The proxy does not take the person for an editor.
    Refused,
    /// The document belongs to no team, and the operator alone can change that.
    UnknownDocument,
    /// The document belongs to no team, and an owner of it can change that.
    Teamless,
    /// The session could not be renewed.
    Expired,
    /// The proxy cannot be reached.
    Unreachable,
    /// An access rule hides the widget's own tables.
    Denied,
    /// Anything else, with the number of the request.
    Failed(Option<String>),
}

impl Obstacle {
    /// Why no session could be had.
    pub fn of_session(error: &OpenError) -> Self {
        match error {
            OpenError::Document(error) => Self::of_document(error),
            OpenError::Proxy(error) => match error.code {
                SourceErrorCode::GristRefused => Self::Refused,
                SourceErrorCode::DocumentUnknown => Self::UnknownDocument,
                SourceErrorCode::SessionExpired => Self::Expired,
                SourceErrorCode::ProxyUnavailable | SourceErrorCode::Timeout | SourceErrorCode::RateLimited => Self::Unreachable,
                _ => Self::Failed(error.request_id.clone()),
            },
        }
    }

    /// Why the document cannot be read.
    pub fn of_document(error: &DocumentError) -> Self {
        match error {
            DocumentError::AccessNotGranted => Self::Access(AccessLevel::None),
            DocumentError::ReadOnly => Self::Viewer,
            DocumentError::NoAnswer => Self::Silent,
            DocumentError::Denied(Denied::Structure | Denied::Column | Denied::Table | Denied::Other) => Self::Denied,
            DocumentError::NotThere(_) | DocumentError::Copy | DocumentError::TooLarge | DocumentError::Other(_) => Self::Failed(None),
        }
    }

    /// What to say; none for the access level, which has a screen with a picture.
    pub fn explanation(&self, document: Option<&str>) -> Option<Explanation> {
        Some(match self {
            Self::Access(_) => return None,
            Self::Outside => states::outside_grist(),
            Self::Silent => states::silent(),
            Self::Viewer => states::viewer(),
            Self::Refused => states::refused(),
            Self::UnknownDocument => states::unknown_document(document),
            Self::Teamless => states::teamless(),
            Self::Expired => states::expired(),
            Self::Unreachable => states::unreachable(),
            Self::Denied => states::document_denied(),
            Self::Failed(request_id) => states::failed(request_id.as_deref()),
        })
    }

    /// Whether trying again may help: outside Grist, it never does.
    pub const fn may_pass(&self) -> bool {
        !matches!(self, Self::Outside | Self::Viewer)
    }
}

/// Whether the widget can work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Not known yet.
    Starting,
    /// It cannot.
    Blocked(Obstacle),
    /// It can read the document, but neither write it nor ask DS.
    ReadOnly,
    /// It can once this person, who owns the document, has given it a team.
    Enrolling {
        /// Whether they create one freely, rather than with a code of the operator's.
        is_free: bool,
    },
    /// It can.
    Open,
}

impl Access {
    /// Where a session leads.
    pub fn of_session(session: &Session) -> Self {
        match (&session.team, session.role, session.enrolment) {
            (Some(_), _, _) => Self::Open,
            (None, _, Enrolment::Closed) => Self::Blocked(Obstacle::UnknownDocument),
            (None, Role::Editor, _) => Self::Blocked(Obstacle::Teamless),
            (None, Role::Owner, enrolment) => Self::Enrolling { is_free: enrolment == Enrolment::Open },
        }
    }
}

/// How a connexion is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It has not run yet: a template made it.
    Waiting,
    /// Other fields, or other dossiers, were chosen since its last run.
    Changed,
    /// As DS has it, at its last run.
    UpToDate,
    /// Some dossiers failed.
    Failed {
        /// How many.
        failed: usize,
        /// Of how many.
        dossiers: usize,
    },
    /// Its last run did not reach its end.
    Interrupted,
    /// Its main table was removed.
    TableMissing,
}

impl Health {
    /// Reads it from what the document says.
    pub fn of(connexion: &Connexion, schema: &DocumentSchema) -> Self {
        if connexion.binding.tables.is_empty() {
            return Self::Waiting;
        }
        if connexion.main_table(schema).is_none() {
            return Self::TableMissing;
        }
        match &connexion.state.last_run {
            // The page was left in the middle: nothing could be said of that run.
            _ if connexion.state.is_unfinished() => Self::Interrupted,
            _ if connexion.has_changed() => Self::Changed,
            Some(run) if !run.interrupted && run.failed == 0 => Self::UpToDate,
            Some(run) if !run.interrupted => Self::Failed { failed: run.failed, dossiers: run.dossiers },
            _ => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use relais_engine::ds::SourceError;

    use super::*;

    #[test]
    fn each_refusal_of_a_session_has_its_screen() {
        let of = |code: SourceErrorCode| Obstacle::of_session(&OpenError::Proxy(code.into()));
        assert_eq!(of(SourceErrorCode::GristRefused), Obstacle::Refused);
        assert_eq!(of(SourceErrorCode::DocumentUnknown), Obstacle::UnknownDocument);
        assert_eq!(of(SourceErrorCode::SessionExpired), Obstacle::Expired);
        assert_eq!(of(SourceErrorCode::ProxyUnavailable), Obstacle::Unreachable);
        let failed = SourceError { request_id: Some("r1".to_owned()), ..SourceErrorCode::Internal.into() };
        assert_eq!(Obstacle::of_session(&OpenError::Proxy(failed)), Obstacle::Failed(Some("r1".to_owned())));
        assert_eq!(Obstacle::of_session(&OpenError::Document(DocumentError::NoAnswer)), Obstacle::Silent);
    }

    #[test]
    fn a_document_without_a_team_can_have_one() {
        let leads = |team: Option<&str>, role: Role, enrolment: Enrolment| {
            let at = relais_engine::Timestamp::from_milliseconds(0);
            Access::of_session(&Session {
                session: String::new(),
                expires_at: at,
                server_time: at,
                document: String::new(),
                user: 42,
                role,
                team: team.map(str::to_owned),
                enrolment,
                ds_url: String::new(),
                egress_address: None,
            })
        };
        for role in [Role::Owner, Role::Editor] {
            for enrolment in [Enrolment::Open, Enrolment::Invitation, Enrolment::Closed] {
                assert_eq!(leads(Some("Préfecture"), role, enrolment), Access::Open);
            }
            assert_eq!(leads(None, role, Enrolment::Closed), Access::Blocked(Obstacle::UnknownDocument));
        }
        assert_eq!(leads(None, Role::Owner, Enrolment::Open), Access::Enrolling { is_free: true });
        assert_eq!(leads(None, Role::Owner, Enrolment::Invitation), Access::Enrolling { is_free: false });
        for enrolment in [Enrolment::Open, Enrolment::Invitation] {
            assert_eq!(leads(None, Role::Editor, enrolment), Access::Blocked(Obstacle::Teamless));
        }
    }

    #[test]
    fn a_connexion_that_a_template_made_waits_for_its_first_run() {
        let mapping = serde_json::json!({ "format": 1, "demarche": 1, "title": "", "tables": [], "fields": {} });
        let mapping = relais_engine::json::from_value(&mapping);
        assert!(mapping.is_ok_and(|mapping| Health::of(&Connexion::new(mapping, &[]), &DocumentSchema::default()) == Health::Waiting));
    }

    #[test]
    fn every_obstacle_is_explained() {
        let all = [
            Obstacle::Outside,
            Obstacle::Silent,
            Obstacle::Viewer,
            Obstacle::Refused,
            Obstacle::UnknownDocument,
            Obstacle::Teamless,
            Obstacle::Expired,
            Obstacle::Unreachable,
            Obstacle::Denied,
            Obstacle::Failed(None),
        ];
        for obstacle in all {
            assert!(obstacle.explanation(Some("sampleDocument")).is_some_and(|explanation| !explanation.steps.is_empty()), "{obstacle:?}");
        }
        assert_eq!(Obstacle::Access(AccessLevel::None).explanation(None), None);
    }
}
