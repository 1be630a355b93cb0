//! Templates: their versions, whom they are shared with, and what uses them.

use relais_engine::{Timestamp, ds::DemarcheNumber};
use sqlx::{Any, Row as _, Transaction, any::AnyRow};

use super::{
    Store, StoreError,
    teams::{one, read_id, read_instant, unreadable},
};
use crate::{
    config::{DocumentId, GristOrigin},
    ids::TemplateId,
    leases::ConnexionId,
};

/// Who sees a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Visibility {
    /// Its own team.
    Team,
    /// Its own team and those that it has chosen.
    Teams,
    /// Every team of this server.
    All,
}

impl Visibility {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Teams => "teams",
            Self::All => "all",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Team, Self::Teams, Self::All].into_iter().find(|visibility| visibility.as_str() == text)
    }
}

/// Whom a template is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sharing {
    pub visibility: Visibility,
    /// The keys of the teams that were chosen.
    pub teams: Vec<String>,
}

/// A template, without its content.
#[derive(Clone, Debug)]
pub(crate) struct StoredTemplate {
    pub id: TemplateId,
    /// The key of its team.
    pub team: String,
    pub name: String,
    pub description: String,
    pub demarche: DemarcheNumber,
    pub tables: i64,
    pub columns: i64,
    pub visibility: Visibility,
    /// The number of its latest version.
    pub version: i64,
    /// Grows with each change.
    pub revision: i64,
    pub withdrawn: bool,
    pub updated_at: Timestamp,
    /// Connexions that come from it.
    pub uses: i64,
}

/// A version of a template.
#[derive(Clone, Debug)]
pub(crate) struct StoredVersion {
    pub number: i64,
    /// What is new in it.
    pub note: String,
    pub created_at: Timestamp,
    pub created_by: i64,
}

/// A version that comes.
#[derive(Clone, Debug)]
pub(crate) struct NewVersion<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub note: &'a str,
    pub demarche: DemarcheNumber,
    pub tables: i64,
    pub columns: i64,
    /// The file, checked.
    pub content: &'a str,
    pub created_at: Timestamp,
    pub created_by: i64,
}

/// Letters of all versions of all templates of a team, those that were withdrawn included: the disk is everybody's.
const MOST_CONTENT: i64 = 64 * 1024 * 1024;

const COLUMNS: &str = "templates.id, templates.team, name, description, demarche, tables, columns, visibility, version, revision, withdrawn_at, updated_at, \
    (SELECT COUNT(*) FROM template_uses WHERE template_uses.template = templates.id) AS uses";

/// What a team, the first value, may see.
const SEEN: &str = "(templates.team = $1 OR visibility = 'all' \
    OR visibility = 'teams' AND EXISTS (SELECT 1 FROM template_teams WHERE template_teams.template = templates.id AND template_teams.team = $1))";

impl Store {
    /// Keeps a new template, as its first version.
    pub(crate) async fn add_template(&self, team: &str, id: &TemplateId, sharing: &Sharing, version: &NewVersion<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        check_room(&mut transaction, team).await?;
        let insert = "INSERT INTO templates (id, team, name, description, demarche, tables, columns, visibility, version, revision, withdrawn_at, updated_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, 0, $9)";
        sqlx::query(insert)
            .bind(id.as_str())
            .bind(team)
            .bind(version.name)
            .bind(version.description)
            .bind(version.demarche.get())
            .bind(version.tables)
            .bind(version.columns)
            .bind(sharing.visibility.as_str())
            .bind(version.created_at.milliseconds())
            .execute(&mut *transaction)
            .await?;
        add_version(&mut transaction, id, 1, version).await?;
        share_with(&mut transaction, id, &sharing.teams).await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a version. [`StoreError::Changed`] when the template is no longer at this revision.
    pub(crate) async fn add_template_version(&self, team: &str, id: &TemplateId, revision: i64, version: &NewVersion<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        check_room(&mut transaction, team).await?;
        let update = "UPDATE templates SET name = $1, description = $2, demarche = $3, tables = $4, columns = $5, updated_at = $6, \
                      version = version + 1, revision = revision + 1 \
                      WHERE id = $7 AND team = $8 AND revision = $9 AND withdrawn_at = 0 RETURNING version";
        let row = sqlx::query(update)
            .bind(version.name)
            .bind(version.description)
            .bind(version.demarche.get())
            .bind(version.tables)
            .bind(version.columns)
            .bind(version.created_at.milliseconds())
            .bind(id.as_str())
            .bind(team)
            .bind(revision)
            .fetch_optional(&mut *transaction)
            .await?;
        let number = row.ok_or(StoreError::Changed)?.try_get("version")?;
        add_version(&mut transaction, id, number, version).await?;
        Ok(transaction.commit().await?)
    }

    /// Shares a template otherwise.
    pub(crate) async fn share_template(&self, team: &str, id: &TemplateId, revision: i64, sharing: &Sharing) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let update =
            "UPDATE templates SET visibility = $1, revision = revision + 1 WHERE id = $2 AND team = $3 AND revision = $4 AND withdrawn_at = 0";
        let done =
            sqlx::query(update).bind(sharing.visibility.as_str()).bind(id.as_str()).bind(team).bind(revision).execute(&mut *transaction).await?;
        one(done.rows_affected())?;
        sqlx::query("DELETE FROM template_teams WHERE template = $1").bind(id.as_str()).execute(&mut *transaction).await?;
        share_with(&mut transaction, id, &sharing.teams).await?;
        Ok(transaction.commit().await?)
    }

    /// Withdraws a template: nobody is offered it any more. Connexions that come from it go on; when there are none, it is
    /// forgotten.
    pub(crate) async fn withdraw_template(&self, team: &str, id: &TemplateId, revision: i64, now: Timestamp) -> Result<(), StoreError> {
        let update =
            "UPDATE templates SET withdrawn_at = $1, revision = revision + 1 WHERE id = $2 AND team = $3 AND revision = $4 AND withdrawn_at = 0";
        let mut transaction = self.begin().await?;
        let done = sqlx::query(update).bind(now.milliseconds()).bind(id.as_str()).bind(team).bind(revision).execute(&mut *transaction).await?;
        one(done.rows_affected())?;
        forget_withdrawn(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The templates that a team may see, those of its own first, the latest first.
    pub(crate) async fn templates(&self, team: &str) -> Result<Vec<StoredTemplate>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM templates WHERE withdrawn_at = 0 AND {SEEN} ORDER BY CASE WHEN templates.team = $1 THEN 0 ELSE 1 END, updated_at DESC, id LIMIT 2000"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(team).fetch_all(&self.pool).await?;
        rows.iter().map(read_template).collect()
    }

    /// One of them; also one that was withdrawn, to whoever owns it, or uses it and was not excluded before. A use gives no
    /// right of its own: whoever has seen a template once may say that they use it.
    pub(crate) async fn template(
        &self,
        team: &str,
        origin: &GristOrigin,
        document: &DocumentId,
        id: &TemplateId,
    ) -> Result<Option<StoredTemplate>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM templates WHERE id = $2 AND (templates.team = $1 OR {SEEN} AND (withdrawn_at = 0 \
             OR EXISTS (SELECT 1 FROM template_uses WHERE template_uses.template = id AND origin = $3 AND document = $4)))"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(select)).bind(team).bind(id.as_str()).bind(origin.as_str()).bind(document.as_str());
        query.fetch_optional(&self.pool).await?.as_ref().map(read_template).transpose()
    }

    /// The versions of a template, the latest first.
    pub(crate) async fn template_versions(&self, id: &TemplateId) -> Result<Vec<StoredVersion>, StoreError> {
        let select = "SELECT number, note, created_at, created_by FROM template_versions WHERE template = $1 ORDER BY number DESC LIMIT 100";
        let rows = sqlx::query(select).bind(id.as_str()).fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            Ok(StoredVersion {
                number: row.try_get("number")?,
                note: row.try_get("note")?,
                created_at: read_instant(row, "created_at")?,
                created_by: row.try_get("created_by")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The file of a version.
    pub(crate) async fn template_content(&self, id: &TemplateId, number: i64) -> Result<Option<String>, StoreError> {
        let select = sqlx::query("SELECT content FROM template_versions WHERE template = $1 AND number = $2");
        let row = select.bind(id.as_str()).bind(number).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("content")).transpose()?)
    }

    /// The keys of the teams that a template is shared with.
    pub(crate) async fn template_teams(&self, id: &TemplateId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT team FROM template_teams WHERE template = $1 ORDER BY team").bind(id.as_str()).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| row.try_get("team")).collect::<Result<_, _>>()?)
    }

    /// Notes which connexions of a document come from which versions, and that no other does.
    pub(crate) async fn set_uses(
        &self,
        origin: &GristOrigin,
        document: &DocumentId,
        uses: &[(ConnexionId, TemplateId, i64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let delete = sqlx::query("DELETE FROM template_uses WHERE origin = $1 AND document = $2");
        delete.bind(origin.as_str()).bind(document.as_str()).execute(&mut *transaction).await?;
        let insert = "INSERT INTO template_uses (template, origin, document, connexion, version, used_at) VALUES ($1, $2, $3, $4, $5, $6) \
                      ON CONFLICT (template, origin, document, connexion) DO UPDATE SET version = excluded.version";
        for (connexion, template, version) in uses {
            sqlx::query(insert)
                .bind(template.as_str())
                .bind(origin.as_str())
                .bind(document.as_str())
                .bind(connexion.as_str())
                .bind(version)
                .bind(now.milliseconds())
                .execute(&mut *transaction)
                .await?;
        }
        forget_withdrawn(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What a document is known to use: its connexions, in the order of their ids, with their templates and versions.
    pub(crate) async fn uses(&self, origin: &GristOrigin, document: &DocumentId) -> Result<Vec<(ConnexionId, TemplateId, i64)>, StoreError> {
        let select = "SELECT connexion, template, version FROM template_uses WHERE origin = $1 AND document = $2";
        let rows = sqlx::query(select).bind(origin.as_str()).bind(document.as_str()).fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            Ok((read_id(row, "connexion", ConnexionId::parse)?, read_id(row, "template", TemplateId::parse)?, row.try_get("version")?))
        };
        let mut uses = rows.iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
        // Databases differ in what comes first.
        uses.sort_by(|(left, ..), (right, ..)| left.as_str().cmp(right.as_str()));
        Ok(uses)
    }

    /// The names of the teams of the database, by their ids.
    pub(crate) async fn team_names(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT id, name FROM teams ORDER BY name, id LIMIT 10000").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect::<Result<_, sqlx::Error>>()?)
    }
}

/// Forgets the templates that were withdrawn and that nobody uses any more.
async fn forget_withdrawn(transaction: &mut Transaction<'_, Any>) -> Result<(), StoreError> {
    let delete = "DELETE FROM templates WHERE withdrawn_at <> 0 AND NOT EXISTS (SELECT 1 FROM template_uses WHERE template = templates.id)";
    sqlx::query(delete).execute(&mut **transaction).await?;
    Ok(())
}

/// [`StoreError::TooMany`] when the templates of a team take too much room.
async fn check_room(transaction: &mut Transaction<'_, Any>, team: &str) -> Result<(), StoreError> {
    let select = "SELECT COALESCE(SUM(LENGTH(content)), 0) AS taken FROM template_versions \
                  WHERE template IN (SELECT id FROM templates WHERE team = $1)";
    let row = sqlx::query(select).bind(team).fetch_one(&mut **transaction).await?;
    if row.try_get::<i64, _>("taken")? >= MOST_CONTENT { Err(StoreError::TooMany) } else { Ok(()) }
}

async fn add_version(transaction: &mut Transaction<'_, Any>, id: &TemplateId, number: i64, version: &NewVersion<'_>) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO template_versions (template, number, note, content, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id.as_str())
        .bind(number)
        .bind(version.note)
        .bind(version.content)
        .bind(version.created_at.milliseconds())
        .bind(version.created_by)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn share_with(transaction: &mut Transaction<'_, Any>, id: &TemplateId, teams: &[String]) -> Result<(), StoreError> {
    for team in teams {
        sqlx::query("INSERT INTO template_teams (template, team) VALUES ($1, $2)").bind(id.as_str()).bind(team).execute(&mut **transaction).await?;
    }
    Ok(())
}

fn read_template(row: &AnyRow) -> Result<StoredTemplate, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let number = |column: &str| row.try_get::<i64, _>(column);
    Ok(StoredTemplate {
        id: read_id(row, "id", TemplateId::parse)?,
        team: text("team")?,
        name: text("name")?,
        description: text("description")?,
        demarche: number("demarche")?.try_into().map_err(|_| unreadable("demarche"))?,
        tables: number("tables")?,
        columns: number("columns")?,
        visibility: read_id(row, "visibility", Visibility::parse)?,
        version: number("version")?,
        revision: number("revision")?,
        withdrawn: number("withdrawn_at")? != 0,
        updated_at: read_instant(row, "updated_at")?,
        uses: number("uses")?,
    })
}
