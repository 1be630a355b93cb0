//! Teams and their documents.

use relais_engine::Timestamp;
use sqlx::{Any, Row as _, Transaction, any::AnyRow};

use super::{Store, StoreError, StoredToken};
use crate::{
    config::{DocumentId, GristOrigin},
    ids::{DocumentMark, TeamId},
};

/// A team, as it is kept.
#[derive(Debug)]
pub(crate) struct StoredTeam {
    pub id: TeamId,
    pub name: String,
    /// Grows with each change of the team itself.
    pub version: i64,
    /// In the order in which they came.
    pub documents: Vec<StoredDocument>,
    /// In the order in which they were deposited.
    pub tokens: Vec<StoredToken>,
}

/// A document of a team.
#[derive(Clone, Debug)]
pub(crate) struct StoredDocument {
    pub origin: GristOrigin,
    pub document: DocumentId,
    pub mark: DocumentMark,
    /// As the owner who brought it called it.
    pub name: String,
    pub joined_at: Timestamp,
    /// The number that its Grist gives the person.
    pub joined_by: i64,
}

/// A document that comes into a team.
#[derive(Clone, Debug)]
pub(crate) struct NewDocument {
    pub origin: GristOrigin,
    pub document: DocumentId,
    pub name: String,
    pub joined_at: Timestamp,
    pub joined_by: i64,
}

impl Store {
    /// A new team, with its first document, by a code if one is needed, which is then no more: false when no code has this hash,
    /// or has ended. [`StoreError::Taken`] when the document has a team: the code is then still good.
    pub(crate) async fn create_team(&self, id: &TeamId, name: &str, document: &NewDocument, opening: Option<&[String]>) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(hashes) = opening {
            // Whoever deletes the row has the code: of two at once, one finds nothing.
            let delete = "DELETE FROM openings WHERE hash = $1 AND expires_at > $2";
            let mut found = 0;
            for hash in hashes {
                let done = sqlx::query(delete).bind(hash).bind(document.joined_at.milliseconds()).execute(&mut *transaction).await?;
                found += done.rows_affected();
            }
            if found == 0 {
                return Ok(false);
            }
        }
        sqlx::query("INSERT INTO teams (id, name, version, created_at) VALUES ($1, $2, 1, $3)")
            .bind(id.as_str())
            .bind(name)
            .bind(document.joined_at.milliseconds())
            .execute(&mut *transaction)
            .await?;
        add_document(&mut transaction, id, document).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The team of a document.
    pub(crate) async fn team_of(&self, origin: &GristOrigin, document: &DocumentId) -> Result<Option<StoredTeam>, StoreError> {
        let row = sqlx::query("SELECT team FROM documents WHERE origin = $1 AND document = $2")
            .bind(origin.as_str())
            .bind(document.as_str())
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => self.team(&read_id(&row, "team", TeamId::parse)?).await,
            None => Ok(None),
        }
    }

    /// A team, whole.
    pub(crate) async fn team(&self, id: &TeamId) -> Result<Option<StoredTeam>, StoreError> {
        let Some(row) = sqlx::query("SELECT name, version FROM teams WHERE id = $1").bind(id.as_str()).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let documents =
            sqlx::query("SELECT origin, document, mark, name, joined_at, joined_by FROM documents WHERE team = $1 ORDER BY joined_at, mark")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?;
        Ok(Some(StoredTeam {
            id: id.clone(),
            name: row.try_get("name")?,
            version: row.try_get("version")?,
            documents: documents.iter().map(read_document).collect::<Result<_, _>>()?,
            tokens: self.tokens_of(id).await?,
        }))
    }

    /// Renames a team. [`StoreError::Changed`] when it is no longer at this version.
    pub(crate) async fn rename_team(&self, id: &TeamId, version: i64, name: &str) -> Result<(), StoreError> {
        let done = sqlx::query("UPDATE teams SET name = $1, version = version + 1 WHERE id = $2 AND version = $3")
            .bind(name)
            .bind(id.as_str())
            .bind(version)
            .execute(&self.pool)
            .await?;
        one(done.rows_affected())
    }

    /// Takes a document out of its team. The last one ends the team, with its tokens, if that is meant; else it stays, and
    /// the answer is false.
    pub(crate) async fn remove_document(&self, team: &TeamId, mark: &DocumentMark, ends_team: bool) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        remove_document(&mut transaction, team, mark).await?;
        if is_empty(&mut transaction, team).await? {
            if !ends_team {
                return Ok(false);
            }
            sqlx::query("DELETE FROM templates WHERE team = $1").bind(team.as_str()).execute(&mut *transaction).await?;
            // What else refers to it goes with it.
            sqlx::query("DELETE FROM teams WHERE id = $1").bind(team.as_str()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// Adds a document to a team.
pub(super) async fn add_document(transaction: &mut Transaction<'_, Any>, team: &TeamId, document: &NewDocument) -> Result<(), StoreError> {
    let NewDocument { origin, document, name, joined_at, joined_by } = document;
    sqlx::query("INSERT INTO documents (origin, document, team, mark, name, joined_at, joined_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(origin.as_str())
        .bind(document.as_str())
        .bind(team.as_str())
        .bind(DocumentMark::draw().as_str())
        .bind(name)
        .bind(joined_at.milliseconds())
        .bind(joined_by)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Removes a document, what it says to use, and all invitations of the team. [`StoreError::Changed`] when the team no longer has it.
pub(super) async fn remove_document(transaction: &mut Transaction<'_, Any>, team: &TeamId, mark: &DocumentMark) -> Result<(), StoreError> {
    // Two documents that leave at once: the second waits here, and sees what the first has left.
    sqlx::query("UPDATE teams SET version = version + 1 WHERE id = $1").bind(team.as_str()).execute(&mut **transaction).await?;
    let row = sqlx::query("DELETE FROM documents WHERE team = $1 AND mark = $2 RETURNING origin, document")
        .bind(team.as_str())
        .bind(mark.as_str())
        .fetch_optional(&mut **transaction)
        .await?
        .ok_or(StoreError::Changed)?;
    let left = sqlx::query("DELETE FROM template_uses WHERE origin = $1 AND document = $2");
    left.bind(row.try_get::<String, _>("origin")?).bind(row.try_get::<String, _>("document")?).execute(&mut **transaction).await?;
    // Its people may have made any of them, and keep the codes: what was taken from them would be had again.
    sqlx::query("DELETE FROM invitations WHERE team = $1").bind(team.as_str()).execute(&mut **transaction).await?;
    Ok(())
}

async fn is_empty(transaction: &mut Transaction<'_, Any>, team: &TeamId) -> Result<bool, StoreError> {
    let left = sqlx::query("SELECT mark FROM documents WHERE team = $1 LIMIT 1").bind(team.as_str()).fetch_optional(&mut **transaction).await?;
    Ok(left.is_none())
}

/// Whether a change found what it was meant for.
pub(super) const fn one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Changed) }
}

fn read_document(row: &AnyRow) -> Result<StoredDocument, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(StoredDocument {
        origin: text("origin")?.parse().map_err(|_| unreadable("origin"))?,
        document: text("document")?.parse().map_err(|_| unreadable("document"))?,
        mark: read_id(row, "mark", DocumentMark::parse)?,
        name: text("name")?,
        joined_at: read_instant(row, "joined_at")?,
        joined_by: row.try_get("joined_by")?,
    })
}

/// An instant, from milliseconds.
pub(super) fn read_instant(row: &AnyRow, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_milliseconds(row.try_get(column)?))
}

/// An id of ours.
pub(super) fn read_id<T>(row: &AnyRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(&row.try_get::<String, _>(column)?).ok_or_else(|| unreadable(column))
}

/// Somebody has edited the database by hand.
pub(super) fn unreadable(column: &str) -> StoreError {
    StoreError::Unavailable(format!("column {column} holds what we did not write"))
}
