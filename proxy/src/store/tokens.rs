//! DS tokens, sealed.

use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, SourceErrorCode},
};
use sqlx::{Any, Row as _, Transaction, any::AnyRow};

use super::{
    Store, StoreError,
    teams::{one, read_id, read_instant, unreadable},
};
use crate::ids::{TeamId, TokenId};

/// What a token lets its bearer do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rights {
    /// Read, as it should be.
    Read,
    /// Write, too.
    Write,
    /// DS did not let us know.
    Unknown,
}

impl Rights {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Unknown => "unknown",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Unknown].into_iter().find(|rights| rights.as_str() == text)
    }
}

/// A token, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredToken {
    pub id: TokenId,
    pub name: String,
    pub sealed: String,
    pub demarches: Vec<DemarcheNumber>,
    /// Its last day, as its owner gave it.
    pub expires: Option<Day>,
    pub checked: Checked,
    pub deposited_at: Timestamp,
    pub deposited_by: i64,
    /// Grows with each change that an owner makes.
    pub version: i64,
}

/// A sealed token, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Seal {
    pub team: TeamId,
    pub token: TokenId,
    pub sealed: String,
}

/// What DS said of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub at: Timestamp,
    pub rights: Rights,
    /// Why DS refused it, if it did.
    pub refusal: Option<SourceErrorCode>,
    /// Those of its démarches that DS does not open to it.
    pub refused: Vec<DemarcheNumber>,
}

/// A token that is deposited, or that takes the place of another.
#[derive(Clone, Debug)]
pub(crate) struct NewToken<'a> {
    pub name: &'a str,
    /// None: the one that is there stays.
    pub sealed: Option<&'a str>,
    pub demarches: &'a [DemarcheNumber],
    pub expires: Option<&'a Day>,
    pub checked: Checked,
    pub deposited_at: Timestamp,
    pub deposited_by: i64,
}

const COLUMNS: &str = "id, name, sealed, expires, rights, refusal, checked_at, deposited_at, deposited_by, version";

impl Store {
    /// Keeps a new token, unless the team has so many already. [`StoreError::Taken`] when another token of the team reads one of
    /// its démarches.
    pub(crate) async fn add_token(&self, team: &TeamId, most: i64, id: &TokenId, token: &NewToken<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // Several that come at once: each waits here, and sees those before it.
        sqlx::query("UPDATE teams SET version = version WHERE id = $1").bind(team.as_str()).execute(&mut *transaction).await?;
        let count = sqlx::query("SELECT COUNT(*) AS count FROM tokens WHERE team = $1").bind(team.as_str()).fetch_one(&mut *transaction).await?;
        if count.try_get::<i64, _>("count")? >= most {
            return Err(StoreError::TooMany);
        }
        let insert = "INSERT INTO tokens (id, team, name, sealed, expires, rights, refusal, checked_at, deposited_at, deposited_by, version) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
        sqlx::query(insert)
            .bind(id.as_str())
            .bind(team.as_str())
            .bind(token.name)
            .bind(token.sealed.unwrap_or_default())
            .bind(token.expires.map(Day::to_string))
            .bind(token.checked.rights.as_str())
            .bind(refusal_text(token.checked.refusal))
            .bind(token.checked.at.milliseconds())
            .bind(token.deposited_at.milliseconds())
            .bind(token.deposited_by)
            .execute(&mut *transaction)
            .await?;
        add_demarches(&mut transaction, team, id, token).await?;
        Ok(transaction.commit().await?)
    }

    /// Puts a token in the place of another, or changes what is said of it. [`StoreError::Changed`] when it is no longer at
    /// this version: another owner was faster.
    pub(crate) async fn replace_token(&self, team: &TeamId, id: &TokenId, version: i64, token: &NewToken<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let update = "UPDATE tokens SET name = $1, sealed = COALESCE($2, sealed), expires = $3, rights = $4, refusal = $5, checked_at = $6, \
                      deposited_at = $7, deposited_by = $8, version = version + 1 WHERE id = $9 AND team = $10 AND version = $11";
        let done = sqlx::query(update)
            .bind(token.name)
            .bind(token.sealed)
            .bind(token.expires.map(Day::to_string))
            .bind(token.checked.rights.as_str())
            .bind(refusal_text(token.checked.refusal))
            .bind(token.checked.at.milliseconds())
            .bind(token.deposited_at.milliseconds())
            .bind(token.deposited_by)
            .bind(id.as_str())
            .bind(team.as_str())
            .bind(version)
            .execute(&mut *transaction)
            .await?;
        one(done.rows_affected())?;
        sqlx::query("DELETE FROM token_demarches WHERE token = $1").bind(id.as_str()).execute(&mut *transaction).await?;
        add_demarches(&mut transaction, team, id, token).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets a token.
    pub(crate) async fn remove_token(&self, team: &TeamId, id: &TokenId, version: i64) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM tokens WHERE id = $1 AND team = $2 AND version = $3")
            .bind(id.as_str())
            .bind(team.as_str())
            .bind(version)
            .execute(&self.pool)
            .await?;
        one(done.rows_affected())
    }

    /// Notes what DS said of a token, unless it has been replaced meanwhile.
    pub(crate) async fn note_check(&self, id: &TokenId, version: i64, checked: &Checked) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("UPDATE tokens SET rights = $1, refusal = $2, checked_at = $3 WHERE id = $4 AND version = $5")
            .bind(checked.rights.as_str())
            .bind(refusal_text(checked.refusal))
            .bind(checked.at.milliseconds())
            .bind(id.as_str())
            .bind(version)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 1 {
            sqlx::query("UPDATE token_demarches SET is_refused = 0 WHERE token = $1").bind(id.as_str()).execute(&mut *transaction).await?;
            for demarche in &checked.refused {
                sqlx::query("UPDATE token_demarches SET is_refused = 1 WHERE token = $1 AND demarche = $2")
                    .bind(id.as_str())
                    .bind(demarche.get())
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Notes whether DS refused a token as somebody used it, unless it has been replaced meanwhile.
    pub(crate) async fn note_refusal(&self, id: &TokenId, version: i64, at: Timestamp, refusal: Option<SourceErrorCode>) -> Result<(), StoreError> {
        sqlx::query("UPDATE tokens SET refusal = $1, checked_at = $2 WHERE id = $3 AND version = $4")
            .bind(refusal_text(refusal))
            .bind(at.milliseconds())
            .bind(id.as_str())
            .bind(version)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes whether DS opened a démarche to a token as somebody used it, unless the token has been replaced meanwhile.
    pub(crate) async fn note_demarche(&self, id: &TokenId, version: i64, demarche: DemarcheNumber, is_refused: bool) -> Result<(), StoreError> {
        let update = "UPDATE token_demarches SET is_refused = $1 WHERE token = $2 AND demarche = $3 \
                      AND EXISTS (SELECT 1 FROM tokens WHERE tokens.id = token_demarches.token AND tokens.version = $4)";
        sqlx::query(update).bind(i64::from(is_refused)).bind(id.as_str()).bind(demarche.get()).bind(version).execute(&self.pool).await?;
        Ok(())
    }

    /// Puts another seal around the same token. Nothing else of it changes, nor does its version: agents see no difference.
    pub(crate) async fn reseal_token(&self, id: &TokenId, before: &str, sealed: &str) -> Result<(), StoreError> {
        let done = sqlx::query("UPDATE tokens SET sealed = $1 WHERE id = $2 AND sealed = $3")
            .bind(sealed)
            .bind(id.as_str())
            .bind(before)
            .execute(&self.pool)
            .await?;
        one(done.rows_affected())
    }

    /// A few of the démarches that teams read, the latest first.
    pub(crate) async fn some_demarches(&self) -> Result<Vec<DemarcheNumber>, StoreError> {
        let select = "SELECT DISTINCT demarche FROM token_demarches ORDER BY demarche DESC LIMIT 100";
        let rows = sqlx::query(select).fetch_all(&self.pool).await?;
        rows.iter().map(|row| row.try_get::<i64, _>("demarche")?.try_into().map_err(|_| unreadable("demarche"))).collect()
    }

    /// Every sealed token.
    pub(crate) async fn seals(&self) -> Result<Vec<Seal>, StoreError> {
        let rows = sqlx::query("SELECT team, id, sealed FROM tokens ORDER BY team, id").fetch_all(&self.pool).await?;
        let read =
            |row| Ok(Seal { team: read_id(row, "team", TeamId::parse)?, token: read_id(row, "id", TokenId::parse)?, sealed: row.try_get("sealed")? });
        rows.iter().map(read).collect()
    }

    /// The tokens of every team, with their team.
    pub(crate) async fn all_tokens(&self) -> Result<Vec<(TeamId, StoredToken)>, StoreError> {
        let rows = sqlx::query("SELECT DISTINCT team FROM tokens ORDER BY team").fetch_all(&self.pool).await?;
        let mut all = Vec::new();
        for row in &rows {
            let team = read_id(row, "team", TeamId::parse)?;
            all.extend(self.tokens_of(&team).await?.into_iter().map(|token| (team.clone(), token)));
        }
        Ok(all)
    }

    /// The tokens of a team.
    pub(super) async fn tokens_of(&self, team: &TeamId) -> Result<Vec<StoredToken>, StoreError> {
        let select = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM tokens WHERE team = $1 ORDER BY deposited_at, id"));
        let rows = sqlx::query(select).bind(team.as_str()).fetch_all(&self.pool).await?;
        let mut tokens = rows.iter().map(read_token).collect::<Result<Vec<_>, _>>()?;
        let rows = sqlx::query("SELECT token, demarche, is_refused FROM token_demarches WHERE team = $1 ORDER BY place, demarche")
            .bind(team.as_str())
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            let id = read_id(row, "token", TokenId::parse)?;
            let number = row.try_get::<i64, _>("demarche")?.try_into().map_err(|_| unreadable("demarche"))?;
            if let Some(token) = tokens.iter_mut().find(|token| token.id == id) {
                token.demarches.push(number);
                if row.try_get::<i64, _>("is_refused")? != 0 {
                    token.checked.refused.push(number);
                }
            }
        }
        Ok(tokens)
    }
}

async fn add_demarches(transaction: &mut Transaction<'_, Any>, team: &TeamId, id: &TokenId, token: &NewToken<'_>) -> Result<(), StoreError> {
    for (place, demarche) in token.demarches.iter().enumerate() {
        sqlx::query("INSERT INTO token_demarches (team, demarche, token, place, is_refused) VALUES ($1, $2, $3, $4, $5)")
            .bind(team.as_str())
            .bind(demarche.get())
            .bind(id.as_str())
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(i64::from(token.checked.refused.contains(demarche)))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The code, as answers have it.
fn refusal_text(refusal: Option<SourceErrorCode>) -> &'static str {
    refusal.map_or("", SourceErrorCode::name)
}

fn read_token(row: &AnyRow) -> Result<StoredToken, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let refusal = match text("refusal")?.as_str() {
        "" => None,
        code => Some(SourceErrorCode::from_name(code).ok_or_else(|| unreadable("refusal"))?),
    };
    let expires = row.try_get::<Option<String>, _>("expires")?;
    Ok(StoredToken {
        id: read_id(row, "id", TokenId::parse)?,
        name: text("name")?,
        sealed: text("sealed")?,
        demarches: Vec::new(),
        expires: expires.map(|day| Day::parse(&day).map_err(|_| unreadable("expires"))).transpose()?,
        checked: Checked { at: read_instant(row, "checked_at")?, rights: read_id(row, "rights", Rights::parse)?, refusal, refused: Vec::new() },
        deposited_at: read_instant(row, "deposited_at")?,
        deposited_by: row.try_get("deposited_by")?,
        version: row.try_get("version")?,
    })
}
