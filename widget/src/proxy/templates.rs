//! Templates, as the proxy tells of them.

use relais_engine::{
    Timestamp,
    ds::DemarcheNumber,
    json::{FromJson, Json, Malformed},
    template::Template,
};

/// Who sees a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Its own team.
    Team,
    /// Its own team and those that it has chosen.
    Teams,
    /// Every team of this server.
    All,
}

impl Visibility {
    /// As the proxy writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Teams => "teams",
            Self::All => "all",
        }
    }
}

impl FromJson for Visibility {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        [Self::Team, Self::Teams, Self::All].into_iter().find(|known| json.as_text() == Some(known.as_str())).ok_or(Malformed("visibility"))
    }
}

/// A template, in a line of the gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTemplate {
    /// By which it is named to the proxy.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The name of its team.
    pub team: String,
    /// Whether that is the team of this document.
    pub is_own: bool,
    /// Who sees it.
    pub visibility: Visibility,
    /// The démarche that it was made for.
    pub demarche: DemarcheNumber,
    /// How many tables it makes.
    pub tables: usize,
    /// How many columns they have.
    pub columns: usize,
    /// The number of its latest version.
    pub version: i64,
    /// Which one of its changes this is.
    pub revision: i64,
    /// Whether its team has withdrawn it.
    pub is_withdrawn: bool,
    /// Since when it is as it is.
    pub updated_at: Timestamp,
    /// How many connexions come from it.
    pub uses: usize,
}

impl FromJson for ListedTemplate {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            name: json.read("name")?,
            description: json.read("description")?,
            team: json.read("team")?,
            is_own: json.read("is_own")?,
            visibility: json.read("visibility")?,
            demarche: json.read("demarche")?,
            tables: json.read("tables")?,
            columns: json.read("columns")?,
            version: json.read("version")?,
            revision: json.read("revision")?,
            is_withdrawn: json.read("withdrawn")?,
            updated_at: json.read("updated_at")?,
            uses: json.read("uses")?,
        })
    }
}

/// A version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// What it changed.
    pub note: String,
    /// Since when it is there.
    pub created_at: Timestamp,
}

impl FromJson for Version {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { number: json.read("number")?, note: json.read("note")?, created_at: json.read("created_at")? })
    }
}

/// A template with its latest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeTemplate {
    /// What the gallery shows of it.
    pub listed: ListedTemplate,
    /// The teams that were chosen, for those who may change them.
    pub teams: Vec<String>,
    /// Its versions, as the proxy orders them.
    pub versions: Vec<Version>,
    /// What it makes.
    pub template: Template,
}

impl FromJson for WholeTemplate {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            listed: ListedTemplate::from_json(json)?,
            teams: json.read("teams")?,
            versions: json.read("versions")?,
            template: json.read("content")?,
        })
    }
}

/// A team that a template can be shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTeam {
    /// By which it is named to the proxy.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl FromJson for NamedTeam {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, name: json.read("name")? })
    }
}
