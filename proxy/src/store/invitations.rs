//! Invitations: codes that bring a document into a team, each once and for a while.

use relais_engine::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::{
    NewDocument, Store, StoreError,
    teams::{add_document, one, read_id, read_instant, remove_document},
};
use crate::ids::{DocumentMark, InvitationId, TeamId};

/// An invitation that nobody has used yet. Its code is known to whoever was given it.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub id: InvitationId,
    /// Whether the document that invites leaves when the code is used.
    pub hands_over: bool,
    pub created_at: Timestamp,
    pub created_by: i64,
    pub expires_at: Timestamp,
}

/// An invitation to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewInvitation<'a> {
    pub id: &'a InvitationId,
    /// Of the code.
    pub hash: &'a str,
    /// The document that leaves when the code is used, if one does.
    pub hands_over: Option<&'a DocumentMark>,
    pub created_at: Timestamp,
    pub created_by: i64,
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps an invitation, and forgets those that have ended.
    pub(crate) async fn add_invitation(&self, team: &TeamId, invitation: &NewInvitation<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM invitations WHERE expires_at <= $1").bind(invitation.created_at.milliseconds()).execute(&mut *transaction).await?;
        let insert = "INSERT INTO invitations (id, team, hash, hands_over, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(insert)
            .bind(invitation.id.as_str())
            .bind(team.as_str())
            .bind(invitation.hash)
            .bind(invitation.hands_over.map_or("", DocumentMark::as_str))
            .bind(invitation.created_at.milliseconds())
            .bind(invitation.created_by)
            .bind(invitation.expires_at.milliseconds())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The invitations of a team that may still be used.
    pub(crate) async fn invitations(&self, team: &TeamId, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let select =
            "SELECT id, hands_over, created_at, created_by, expires_at FROM invitations WHERE team = $1 AND expires_at > $2 ORDER BY created_at, id";
        let rows = sqlx::query(select).bind(team.as_str()).bind(now.milliseconds()).fetch_all(&self.pool).await?;
        rows.iter().map(read_invitation).collect()
    }

    /// Takes an invitation back.
    pub(crate) async fn remove_invitation(&self, team: &TeamId, id: &InvitationId) -> Result<(), StoreError> {
        let done =
            sqlx::query("DELETE FROM invitations WHERE id = $1 AND team = $2").bind(id.as_str()).bind(team.as_str()).execute(&self.pool).await?;
        one(done.rows_affected())
    }

    /// Forgets every code that waits.
    pub(crate) async fn forget_codes(&self) -> Result<(), StoreError> {
        for table in ["invitations", "openings"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Keeps a code with which a team is created, and forgets those that have ended.
    pub(crate) async fn add_opening(&self, hash: &str, created_at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM openings WHERE expires_at <= $1").bind(created_at.milliseconds()).execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO openings (hash, created_at, expires_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(created_at.milliseconds())
            .bind(expires_at.milliseconds())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Uses a code: the document comes into the team, and the code is no more. None when no code has one of these hashes, or
    /// has ended. [`StoreError::Taken`] when the document has a team: the code is then still good.
    pub(crate) async fn join(&self, hashes: &[String], document: &NewDocument) -> Result<Option<TeamId>, StoreError> {
        let mut transaction = self.begin().await?;
        // Whoever deletes the row has the code: of two at once, one finds nothing.
        let delete = "DELETE FROM invitations WHERE hash = $1 AND expires_at > $2 RETURNING team, hands_over";
        let mut found = None;
        for hash in hashes {
            let row = sqlx::query(delete).bind(hash).bind(document.joined_at.milliseconds()).fetch_optional(&mut *transaction).await?;
            found = found.or(row);
        }
        let Some(row) = found else { return Ok(None) };
        let team = read_id(&row, "team", TeamId::parse)?;
        add_document(&mut transaction, &team, document).await?;
        if let Some(mark) = DocumentMark::parse(&row.try_get::<String, _>("hands_over")?) {
            match remove_document(&mut transaction, &team, &mark).await {
                // It has left by itself since.
                Ok(()) | Err(StoreError::Changed) => {}
                Err(error) => return Err(error),
            }
        }
        transaction.commit().await?;
        Ok(Some(team))
    }
}

fn read_invitation(row: &AnyRow) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: read_id(row, "id", InvitationId::parse)?,
        hands_over: !row.try_get::<String, _>("hands_over")?.is_empty(),
        created_at: read_instant(row, "created_at")?,
        created_by: row.try_get("created_by")?,
        expires_at: read_instant(row, "expires_at")?,
    })
}
