//! Connexions: the lasting links between a document and its démarches, kept in the document itself.

use serde::Serialize;

use super::{Reshaped, State, batch::write_row, files::release, reshape::reshaping, system_tables::CONNEXIONS};
use crate::{
    ds::{Demarche, DemarcheNumber, DescriptorId},
    grist::{ApplyOptions, CellValue, ColumnId, DocumentError, DocumentSchema, TableId, UserAction},
    json::{self, FromJson, Json, Malformed},
    mapping::{Binding, DossierField, Fate, Field, Keeping, Mapping, Scope, Sibling, TableKey},
    naming::first_free,
    ports::{Document, Rows},
    sorted::SortedMap,
};

/// A connexion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connexion {
    /// Its row in `Relais_Connexions`; none before its first run.
    pub row: Option<i64>,
    /// Its name in the journal: unlike the row's number, kept by copies of the document.
    pub id: String,
    /// What goes where.
    pub mapping: Mapping,
    /// Other démarches of the same form, whose dossiers go into the same tables.
    pub siblings: Vec<Sibling>,
    /// Which dossiers.
    pub scope: Scope,
    /// What becomes of those that are deleted, or leave the scope.
    pub keeping: Keeping,
    /// Which template it comes from, if it comes from one.
    pub template: Option<FollowedTemplate>,
    /// In this document.
    pub binding: Binding,
    /// What it has done.
    pub state: State,
    /// As the document has it; none before the first run.
    saved: Option<Saved>,
}

/// A version of a template that the proxy keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowedTemplate {
    /// By which the proxy knows the template.
    pub id: String,
    /// The number of the version, from 1.
    pub version: i64,
    /// Its fields that the agent was asked about, and did not want.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<DescriptorId>,
    /// The newest version that the agent has looked at and did not want.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<i64>,
}

impl FollowedTemplate {
    /// Whether a version is news for the connexion.
    pub fn is_news(&self, version: i64) -> bool {
        version > self.version.max(self.passed_over.unwrap_or_default())
    }
}

impl FromJson for FollowedTemplate {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            version: json.read("version")?,
            declined: json.read_or_default("declined")?,
            passed_over: json.read("passed_over")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Saved {
    configuration: Configuration,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Configuration {
    mapping: Mapping,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    siblings: Vec<Sibling>,
    #[serde(skip_serializing_if = "is_default")]
    scope: Scope,
    #[serde(skip_serializing_if = "is_default")]
    keeping: Keeping,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<FollowedTemplate>,
    binding: Binding,
}

impl FromJson for Configuration {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            mapping: json.read("mapping")?,
            siblings: json.read_or_default("siblings")?,
            scope: json.read_or_default("scope")?,
            keeping: json.read_or_default("keeping")?,
            template: json.read("template")?,
            binding: json.read_or_default("binding")?,
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Connexion {
    /// A connexion that has not run. `others` are those of the document: its id differs from theirs.
    pub fn new(mapping: Mapping, others: &[Self]) -> Self {
        let id = free_id(mapping.demarche, others);
        Self {
            row: None,
            id,
            mapping,
            siblings: Vec::new(),
            scope: Scope::default(),
            keeping: Keeping::default(),
            template: None,
            binding: Binding::default(),
            state: State::default(),
            saved: None,
        }
    }

    /// Chooses which dossiers it follows, and what becomes of the others. Marks get the columns that they need.
    pub fn follow(&mut self, scope: Scope, keeping: Keeping) {
        if scope.is_filter() && keeping.outside == Fate::Mark {
            self.mapping.require(DossierField::HorsSelection);
        }
        if keeping.deleted == Fate::Mark && self.keeping.deleted == Fate::Remove {
            self.mapping.require(DossierField::DateSuppression);
            self.mapping.require(DossierField::MotifSuppression);
        }
        (self.scope, self.keeping) = (scope, keeping);
    }

    /// Follows these démarches of the same form too, in the same tables. Their rows say whose they are.
    pub fn follow_siblings(&mut self, siblings: Vec<Sibling>) {
        self.state.others.retain(|(number, _)| siblings.iter().any(|sibling| sibling.number == *number));
        let number = Field::Dossier(DossierField::NumeroDemarche);
        // Once there were several, rows say whose they are: those of one that left are not taken for those of another.
        let were_several = self.binding.tables.get(&TableKey::Dossiers).is_some_and(|main| main.columns.contains_key(&number));
        if were_several || !siblings.is_empty() {
            self.mapping.require(DossierField::Demarche);
            self.mapping.require(DossierField::NumeroDemarche);
        }
        self.siblings = siblings;
    }

    /// Its démarches, the one that its mapping was made for first.
    pub fn demarches(&self) -> impl Iterator<Item = DemarcheNumber> {
        std::iter::once(self.mapping.demarche).chain(self.siblings.iter().map(|sibling| sibling.number))
    }

    /// One of its other démarches.
    pub(super) fn sibling(&self, number: DemarcheNumber) -> Option<&Sibling> {
        self.siblings.iter().find(|sibling| sibling.number == number)
    }

    /// What names a démarche in its tables: its title, with its number where two have the same.
    pub(super) fn name_of(&self, demarche: &Demarche) -> String {
        let title = demarche.title.trim();
        let titles =
            std::iter::once((self.mapping.demarche, &self.mapping.title)).chain(self.siblings.iter().map(|sibling| (sibling.number, &sibling.title)));
        let is_shared = titles.into_iter().any(|(number, other)| number != demarche.number && other.trim() == title);
        if is_shared { format!("{title} ({})", demarche.number) } else { title.to_owned() }
    }

    /// What it has done of one of its démarches.
    pub(super) fn state_of(&self, number: DemarcheNumber) -> Option<&State> {
        if number == self.mapping.demarche {
            return Some(&self.state);
        }
        self.state.others.iter().find(|(other, _)| *other == number).map(|(_, state)| state)
    }

    /// Its state, once that of one of its démarches is this.
    pub(super) fn state_with(&self, number: DemarcheNumber, state: &State) -> State {
        if number == self.mapping.demarche {
            return state.clone();
        }
        let mut whole = self.state.clone();
        let mut state = state.clone();
        whole.last_run = state.last_run.take().or(whole.last_run);
        whole.others.retain(|(other, _)| *other != number);
        // In an order that does not change from run to run.
        let place = whole.others.iter().take_while(|(other, _)| *other < number).count();
        whole.others.insert(place, (number, state));
        whole
    }

    /// The same choices, before anything was done of them: after an undo, the next run starts anew.
    #[must_use]
    pub fn anew(&self, others: &[Self]) -> Self {
        let mut anew = Self::new(self.mapping.clone(), others);
        anew.follow(self.scope.clone(), self.keeping);
        anew.follow_siblings(self.siblings.clone());
        anew.template.clone_from(&self.template);
        anew
    }

    fn configuration(&self) -> Configuration {
        Configuration {
            mapping: self.mapping.clone(),
            siblings: self.siblings.clone(),
            scope: self.scope.clone(),
            keeping: self.keeping,
            template: self.template.clone(),
            binding: self.binding.clone(),
        }
    }

    /// Whether the document does not have its configuration as it is here.
    pub(super) fn is_unsaved(&self) -> bool {
        self.saved.as_ref().is_none_or(|saved| saved.configuration != self.configuration())
    }

    /// Notes that the document has its configuration and its state.
    pub(super) fn set_saved(&mut self) {
        self.saved = Some(Saved { configuration: self.configuration(), state: self.state.clone() });
    }

    /// Goes on from what the document has now: somebody else may have run it since it was loaded. What was changed here
    /// since, by its agent, stays changed.
    pub(super) fn refresh(&mut self, loaded: &Loaded) {
        // By its row first: two pages may have connected the démarche at once.
        let is_same_row = |theirs: &&Self| self.row.is_some() && theirs.row == self.row && theirs.mapping.demarche == self.mapping.demarche;
        let found = loaded.connexions.iter().find(is_same_row).or_else(|| loaded.connexions.iter().find(|theirs| theirs.id == self.id));
        let Some(theirs) = found else {
            // Somebody has ended it, or an undo has taken it back: what is chosen here is connected anew.
            if self.row.is_some() {
                *self = self.anew(&loaded.connexions);
            }
            return;
        };
        let Some(ours) = &self.saved else {
            // The same choices: ours, whose answer was lost. Others: somebody else has connected the démarche meanwhile.
            if theirs.mapping == self.mapping && theirs.siblings == self.siblings {
                *self = theirs.clone();
            } else {
                self.id = free_id(self.mapping.demarche, &loaded.connexions);
            }
            return;
        };
        if theirs.saved.as_ref() == Some(ours) && theirs.row == self.row {
            return;
        }
        let mut current = theirs.clone();
        if ours.configuration.mapping != self.mapping {
            current.mapping.clone_from(&self.mapping);
        }
        let siblings = if ours.configuration.siblings == self.siblings { &theirs.siblings } else { &self.siblings };
        current.follow_siblings(siblings.clone());
        if ours.configuration.scope != self.scope || ours.configuration.keeping != self.keeping {
            (current.scope, current.keeping) = (self.scope.clone(), self.keeping);
        }
        if ours.configuration.template != self.template {
            current.template.clone_from(&self.template);
        }
        if ours.configuration.binding != self.binding {
            current.binding.forget_missing(&loaded.schema);
        }
        if self.state.is_unread() && !ours.state.is_unread() {
            current.read_all_again();
        }
        *self = current;
    }

    /// Whether what is imported has been chosen otherwise since it was last read whole: the document is not yet as chosen.
    pub fn has_changed(&self) -> bool {
        let (read, mapping, selection) = (&self.state.fingerprint, self.mapping.fingerprint(), self.selection_fingerprint());
        let Some(rest) = read.strip_prefix(&*mapping) else { return !read.is_empty() };
        // After the columns of the document comes what was selected, and whose rows are.
        let chosen = rest.get(mapping.len() + 1..).unwrap_or_default();
        let is_as_selected = chosen.starts_with(&*selection) && (!selection.is_empty() || chosen.is_empty() || !self.siblings.is_empty());
        !is_as_selected
    }

    /// Changes when dossiers that were left out may belong now, or the other way round; empty as long as nothing was chosen.
    pub(super) fn selection_fingerprint(&self) -> String {
        use std::hash::BuildHasher;
        if is_default(&self.scope) && is_default(&self.keeping) {
            return String::new();
        }
        let selection = serde_json::to_string(&(&self.scope, self.keeping)).unwrap_or_default();
        format!("-{:016x}", foldhash::quality::FixedState::default().hash_one(selection))
    }

    /// Changes when rows would say otherwise whose they are; empty where they do not say it.
    pub(super) fn name_fingerprint(&self, demarche: &Demarche) -> String {
        use std::hash::BuildHasher;
        if self.siblings.is_empty() {
            return String::new();
        }
        format!("-{:016x}", foldhash::quality::FixedState::default().hash_one(self.name_of(demarche)))
    }

    /// Makes the next run read every dossier, whatever the document has.
    pub fn read_all_again(&mut self) {
        self.state.forget_reading();
        self.state.others.iter_mut().for_each(|(_, state)| state.forget_reading());
    }

    /// The cells of its row. The same types always have a JSON form.
    pub(super) fn configuration_cells(&self) -> Vec<(ColumnId, CellValue)> {
        let configuration = self.configuration();
        vec![
            (ColumnId::from("connexion"), CellValue::text(&self.id)),
            (ColumnId::from("demarche"), CellValue::integer(self.mapping.demarche.get())),
            (ColumnId::from("titre"), CellValue::text(&self.mapping.title)),
            (ColumnId::from("configuration"), CellValue::text(&serde_json::to_string(&configuration).unwrap_or_default())),
        ]
    }

    /// The cell of its state.
    pub(super) fn state_cell(state: &State) -> (ColumnId, CellValue) {
        (ColumnId::from("etat"), CellValue::text(&serde_json::to_string(state).unwrap_or_default()))
    }

    /// The id of its main table in a document, as far as it is known.
    pub fn main_table<'a>(&self, schema: &'a DocumentSchema) -> Option<&'a TableId> {
        let binding = self.binding.tables.get(&crate::mapping::TableKey::Dossiers)?;
        binding.find(schema).map(|table| &table.id)
    }
}

/// The démarche's number, or the first that is free after it.
fn free_id(demarche: DemarcheNumber, others: &[Connexion]) -> String {
    let is_free = |id: &str| others.iter().all(|other| other.id != id);
    first_free(demarche.to_string(), |base, number| format!("{base}-{number}"), is_free)
}

/// The connexions of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// In the order of their rows.
    pub connexions: Vec<Connexion>,
    /// By row, those that this version cannot read: edited by hand, or of a newer version.
    pub unreadable: SortedMap<i64, String>,
    /// The tables of the document.
    pub schema: DocumentSchema,
}

/// Writes a connexion to the document without running it: its next run makes the tables and columns that it then lacks, and
/// brings their rows. It goes on from what the document has now.
pub async fn save<D: Document>(document: &D, connexion: &mut Connexion) -> Result<(), DocumentError> {
    let loaded = load(document).await?;
    connexion.refresh(&loaded);
    write(document, connexion, &loaded, Vec::new()).await
}

/// The same, of one that takes up a newer version of its template: columns that the document has get their new names and types
/// in the same call. `form` is that of its mapping.
pub async fn save_reshaped<D: Document>(
    document: &D,
    connexion: &mut Connexion,
    reshaped: &[Reshaped],
    form: &Demarche,
) -> Result<(), DocumentError> {
    let loaded = load(document).await?;
    connexion.refresh(&loaded);
    let actions = reshaping(document, connexion, &loaded.schema, reshaped, form).await?;
    write(document, connexion, &loaded, actions).await
}

async fn write<D: Document>(document: &D, connexion: &mut Connexion, loaded: &Loaded, mut actions: Vec<UserAction>) -> Result<(), DocumentError> {
    if actions.is_empty() && !connexion.is_unsaved() {
        return Ok(());
    }
    let table = CONNEXIONS.find_or_make(&loaded.schema, &mut actions);
    let mut cells = connexion.configuration_cells();
    cells.push(Connexion::state_cell(&connexion.state));
    let row_action = actions.len();
    actions.push(write_row(&table, connexion.row, cells));
    let options = ApplyOptions { description: Some(format!("Relais : {}", connexion.mapping.title)), link_id: None };
    let applied = document.apply(&actions, &options).await?;
    connexion.row = connexion.row.or_else(|| applied.row_ids(row_action).first().copied());
    connexion.set_saved();
    Ok(())
}

/// Ends a connexion: its row goes, and nothing else. Its tables, with their rows, are the document's.
pub async fn disconnect<D: Document>(document: &D, connexion: &Connexion) -> Result<(), DocumentError> {
    let schema = schema(document).await?;
    let Some((table, row)) = CONNEXIONS.find(&schema).zip(connexion.row) else { return Ok(()) };
    let mut actions = vec![UserAction::BulkRemoveRecord { table, row_ids: vec![row] }];
    actions.extend(release(document, &schema, &connexion.id).await?);
    let options = ApplyOptions { description: Some(format!("Relais : {} déconnectée", connexion.mapping.title)), link_id: None };
    document.apply(&actions, &options).await.map(|_| ())
}

/// The tables and columns of a document.
pub(super) async fn schema<D: Document>(document: &D) -> Result<DocumentSchema, DocumentError> {
    let tables = document.fetch_table(&TableId::from("_grist_Tables")).await?;
    let columns = document.fetch_table(&TableId::from("_grist_Tables_column")).await?;
    Ok(DocumentSchema::read(&tables, &columns))
}

/// Reads the connexions of a document; none in one that Relais never wrote to.
pub async fn load<D: Document>(document: &D) -> Result<Loaded, DocumentError> {
    let schema = schema(document).await?;
    let Some(table) = CONNEXIONS.find(&schema) else { return Ok(Loaded { schema, ..Loaded::default() }) };
    let rows = document.fetch_table(&table).await?;
    let texts = |name: &str| rows.column(&ColumnId::from(name)).unwrap_or_default();
    let (ids, titles, configurations, states) = (texts("connexion"), texts("titre"), texts("configuration"), texts("etat"));
    let mut loaded = Loaded { schema, ..Loaded::default() };
    for (index, row) in rows.row_ids().into_iter().enumerate() {
        let text = |values: &[CellValue]| values.get(index).and_then(CellValue::as_text).unwrap_or_default().to_owned();
        // Two pages that connected a démarche at once gave both rows one name: the second is told apart.
        let id = text(&ids);
        let id = if loaded.connexions.iter().any(|known| known.id == id) { format!("{id}-{row}") } else { id };
        let state = text(&states);
        let state = if state.is_empty() { Ok(State::default()) } else { json::read(state.as_bytes()) };
        match (json::read::<Configuration>(text(&configurations).as_bytes()), state) {
            (Ok(configuration), Ok(state)) if configuration.mapping.format <= crate::mapping::FORMAT => {
                let saved = Some(Saved { configuration: configuration.clone(), state: state.clone() });
                let Configuration { mapping, siblings, scope, keeping, template, binding } = configuration;
                loaded.connexions.push(Connexion { row: Some(row), id, mapping, siblings, scope, keeping, template, binding, state, saved });
            }
            _ => {
                loaded.unreadable.insert(row, text(&titles));
            }
        }
    }
    Ok(loaded)
}
