//! The trail of who read what, by the hour.

use std::collections::HashMap;

use relais_engine::{Timestamp, ds::DemarcheNumber};
use sqlx::{Row as _, any::AnyRow};

use super::{
    Store, StoreError,
    teams::{read_instant, unreadable},
};

/// What a person did in an hour, with one operation on one démarche.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditLine {
    /// A team's id, or its name when the operator has declared it.
    pub team: String,
    pub origin: String,
    /// A mark of the document.
    pub document: String,
    /// The number that its Grist gives the person.
    pub person: i64,
    pub demarche: DemarcheNumber,
    /// The operation's name, or `files`.
    pub operation: String,
    pub requests: i64,
    /// Dossiers whose content was passed on; of files, none.
    pub dossiers: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Where a line is among those of its team. It does not change when the line grows.
#[derive(Clone, Debug)]
pub(crate) struct AuditPlace {
    hour: i64,
    origin: String,
    document: String,
    person: i64,
    demarche: i64,
    operation: String,
}

const HOUR: i64 = 3600 * 1000;

impl Store {
    /// Adds to the trail, all or nothing.
    pub(crate) async fn add_audit(&self, lines: &[AuditLine]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let upsert = "INSERT INTO audit (hour, team, origin, document, person, demarche, operation, requests, dossiers, first_at, last_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                      ON CONFLICT (hour, team, origin, document, person, demarche, operation) DO UPDATE SET \
                      requests = audit.requests + excluded.requests, dossiers = audit.dossiers + excluded.dossiers, last_at = excluded.last_at";
        for line in lines {
            let first = line.first_at.milliseconds();
            sqlx::query(upsert)
                .bind(first - first.rem_euclid(HOUR))
                .bind(&line.team)
                .bind(&line.origin)
                .bind(&line.document)
                .bind(line.person)
                .bind(line.demarche.get())
                .bind(&line.operation)
                .bind(line.requests)
                .bind(line.dossiers)
                .bind(first)
                .bind(line.last_at.milliseconds())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The trail of a team, the latest first.
    pub(crate) async fn audit(&self, team: &str, most: i64) -> Result<Vec<AuditLine>, StoreError> {
        let select = "SELECT team, origin, document, person, demarche, operation, requests, dossiers, first_at, last_at \
                      FROM audit WHERE team = $1 ORDER BY hour DESC, last_at DESC, operation LIMIT $2";
        let rows = sqlx::query(select).bind(team).bind(most).fetch_all(&self.pool).await?;
        rows.iter().map(read_line).collect()
    }

    /// The next lines of the trail of a team, after this one, the latest hours first: to read it whole, so many at a time.
    pub(crate) async fn audit_after(&self, team: &str, after: Option<&AuditPlace>, most: i64) -> Result<Vec<(AuditPlace, AuditLine)>, StoreError> {
        let text = |of: fn(&AuditPlace) -> &String| after.map(of).cloned().unwrap_or_default();
        let select = "SELECT hour, team, origin, document, person, demarche, operation, requests, dossiers, first_at, last_at FROM audit \
                      WHERE team = $1 AND (hour, origin, document, person, demarche, operation) < ($2, $3, $4, $5, $6, $7) \
                      ORDER BY hour DESC, origin DESC, document DESC, person DESC, demarche DESC, operation DESC LIMIT $8";
        let rows = sqlx::query(select)
            .bind(team)
            .bind(after.map_or(i64::MAX, |place| place.hour))
            .bind(text(|place| &place.origin))
            .bind(text(|place| &place.document))
            .bind(after.map_or(0, |place| place.person))
            .bind(after.map_or(0, |place| place.demarche))
            .bind(text(|place| &place.operation))
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((read_place(row)?, read_line(row)?))).collect()
    }

    /// When a team last read dossiers of each démarche.
    pub(crate) async fn last_reads(&self, team: &str) -> Result<HashMap<DemarcheNumber, Timestamp>, StoreError> {
        let select = "SELECT demarche, MAX(last_at) AS last_at FROM audit WHERE team = $1 AND dossiers > 0 GROUP BY demarche";
        let rows = sqlx::query(select).bind(team).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((read_demarche(row)?, read_instant(row, "last_at")?))).collect()
    }

    /// Forgets what is older.
    pub(crate) async fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM audit WHERE last_at < $1").bind(before.milliseconds()).execute(&self.pool).await?.rows_affected())
    }
}

fn read_demarche(row: &AnyRow) -> Result<DemarcheNumber, StoreError> {
    row.try_get::<i64, _>("demarche")?.try_into().map_err(|_| unreadable("demarche"))
}

fn read_place(row: &AnyRow) -> Result<AuditPlace, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(AuditPlace {
        hour: row.try_get("hour")?,
        origin: text("origin")?,
        document: text("document")?,
        person: row.try_get("person")?,
        demarche: row.try_get("demarche")?,
        operation: text("operation")?,
    })
}

fn read_line(row: &AnyRow) -> Result<AuditLine, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(AuditLine {
        team: text("team")?,
        origin: text("origin")?,
        document: text("document")?,
        person: row.try_get("person")?,
        demarche: read_demarche(row)?,
        operation: text("operation")?,
        requests: row.try_get("requests")?,
        dossiers: row.try_get("dossiers")?,
        first_at: read_instant(row, "first_at")?,
        last_at: read_instant(row, "last_at")?,
    })
}
