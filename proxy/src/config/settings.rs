//! Settings by name: from the environment, else from the file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
};

use secrecy::SecretString;

/// Every setting has this at the start of its name in the environment, and not in the file.
const PREFIX: &str = "RELAIS_";

/// A setting that is missing or wrong. Its sentence is French: an operator reads it at a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting, as in the environment.
    pub name: String,
    /// What is wrong with it, without its value.
    pub message: String,
}

/// Every mistake of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl Display for Mistakes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, Mistake { name, message }) in self.0.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(formatter, "{end}{name} : {message}")?;
        }
        Ok(())
    }
}

/// Reads settings by name and gathers every mistake, so that an operator corrects them all at once.
#[derive(Debug, Default)]
pub struct Settings {
    environment: BTreeMap<String, String>,
    file: toml::Table,
    asked: BTreeSet<String>,
    mistakes: Vec<Mistake>,
}

impl Settings {
    /// From the text of `relais.toml` and the environment, which wins.
    pub fn new(file: &str, environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut settings = Self { environment: environment.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect(), ..Self::default() };
        match file.parse() {
            Ok(table) => settings.file = table,
            // Only the place: toml quotes the line, which may hold anything.
            Err(error) => {
                let before = error.span().and_then(|span| file.get(..span.start)).unwrap_or_default();
                settings.mistake("relais.toml", format!("ligne {} : ce n’est pas du TOML", before.matches('\n').count() + 1));
            }
        }
        settings
    }

    /// From one table of the file, without the environment.
    pub(super) fn of_table(table: toml::Table) -> Self {
        Self { file: table, ..Self::default() }
    }

    /// The tables of a list, `[[…]]` in the file.
    pub(super) fn tables(&mut self, name: &str) -> Vec<toml::Table> {
        let Some(value) = self.file_value(name) else { return Vec::new() };
        match value.as_array().map(|items| items.iter().map(|item| item.as_table().cloned()).collect::<Option<Vec<_>>>()) {
            Some(Some(tables)) => tables,
            _ => {
                self.mistake(name, "des tables sont attendues, comme [[teams]]");
                Vec::new()
            }
        }
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, name: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake { name: name.to_owned(), message: message.into() });
    }

    /// A list: separated by commas in the environment, an array in the file. Empty when the setting is not given.
    pub fn list(&mut self, name: &str) -> Vec<String> {
        let split = |text: &str| text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
        if let Some(text) = self.environment_value(name) {
            return split(&text);
        }
        match self.file_value(name) {
            None => Vec::new(),
            Some(toml::Value::Array(items)) => items.iter().filter_map(as_text).collect(),
            Some(value) => as_text(&value).map(|text| split(&text)).unwrap_or_default(),
        }
    }

    /// A text, if given and not empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        if let Some(text) = self.environment_value(name) {
            return Some(text);
        }
        let value = self.file_value(name)?;
        let text = as_text(&value);
        if text.is_none() {
            self.mistake(name, "une seule valeur est attendue");
        }
        text.filter(|text| !text.is_empty())
    }

    /// A value of a type that reads itself; a value that it refuses is a mistake.
    pub fn parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = self.text(name)?;
        text.parse().map_err(|error| self.mistake(name, format!("{error}"))).ok()
    }

    /// The values of a list, each of a type that reads itself.
    pub fn parsed_list<T>(&mut self, name: &str) -> Vec<T>
    where
        T: FromStr<Err: Display>,
    {
        let mut values = Vec::new();
        for text in self.list(name) {
            match text.parse() {
                Ok(value) => values.push(value),
                Err(error) => self.mistake(name, format!("« {text} » : {error}")),
            }
        }
        values
    }

    /// A secret: the file that the setting `…_FILE` names, else the environment. Never in `relais.toml`, which people
    /// copy, paste and commit.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        if let Some(path) = self.text(&file_name) {
            return self.secret_of_file(&file_name, &path);
        }
        if self.file_value(name).is_some() {
            self.mistake(name, format!("un secret ne s’écrit pas dans relais.toml ; donnez le chemin d’un fichier avec {file_name}"));
        }
        self.environment_value(name).map(SecretString::from)
    }

    /// An address that may hold a password: as a secret, or in `relais.toml` as long as it holds none.
    pub fn address_with_password(&mut self, name: &str) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        let plain = self.file_value(name).and_then(|value| as_text(&value)).filter(|text| !text.is_empty() && !text.contains('@'));
        if let Some(path) = self.text(&file_name) {
            return self.secret_of_file(&file_name, &path);
        }
        match plain {
            Some(plain) => Some(self.environment_value(name).unwrap_or(plain).into()),
            None => self.secret(name),
        }
    }

    /// What a file holds, for the setting that names it.
    pub(super) fn secret_of_file(&mut self, name: &str, path: &str) -> Option<SecretString> {
        match std::fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => Some(text.trim().into()),
            Ok(_) => {
                self.mistake(name, "le fichier est vide");
                None
            }
            Err(error) => {
                self.mistake(name, format!("le fichier ne peut pas être lu ({})", error.kind()));
                None
            }
        }
    }

    /// All mistakes; a key of the file that no setting has is one, since it is most often misspelt.
    ///
    /// Unknown names in the environment are not: orchestrators add some of their own, such as `RELAIS_SERVICE_HOST`.
    pub fn finish(mut self) -> Result<(), Mistakes> {
        let unknown: Vec<String> = self.file.keys().filter(|key| !self.asked.contains(*key)).cloned().collect();
        for key in unknown {
            self.mistake(&key, "ce réglage de relais.toml n’existe pas");
        }
        if self.mistakes.is_empty() { Ok(()) } else { Err(Mistakes(self.mistakes)) }
    }

    /// The keys that were asked for.
    #[cfg(test)]
    pub(super) fn asked(&self) -> impl Iterator<Item = &String> {
        self.asked.iter()
    }

    fn environment_value(&mut self, name: &str) -> Option<String> {
        self.asked.insert(key(name));
        self.environment.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn file_value(&mut self, name: &str) -> Option<toml::Value> {
        self.asked.insert(key(name));
        self.file.get(&key(name)).cloned()
    }
}

/// The key in the file: `RELAIS_DS_URL` is `ds_url`.
fn key(name: &str) -> String {
    name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase()
}

fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.trim().to_owned()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use secrecy::ExposeSecret as _;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let mut settings = Settings::new("team = 'file'\nds_url = 'file'", environment(&[("RELAIS_TEAM", " environment "), ("TEAM", "no")]));
        assert_eq!(settings.text("RELAIS_TEAM").as_deref(), Some("environment"));
        assert_eq!(settings.text("RELAIS_DS_URL").as_deref(), Some("file"));
        assert_eq!(settings.text("RELAIS_LISTEN"), None);
        settings.finish().unwrap();
    }

    #[test]
    fn lists_are_arrays_or_commas() {
        let mut settings = Settings::new("a = [1, '2']\nb = '3, 4'", environment(&[("RELAIS_C", "5,,6 ")]));
        assert_eq!(settings.list("RELAIS_A"), ["1", "2"]);
        assert_eq!(settings.list("RELAIS_B"), ["3", "4"]);
        assert_eq!(settings.list("RELAIS_C"), ["5", "6"]);
        assert!(settings.list("RELAIS_D").is_empty());
    }

    #[test]
    fn every_mistake_is_named_and_no_value_is_shown() {
        let mut settings = Settings::new("ds_token = 'sample-token'\nlistn = 1", environment(&[("RELAIS_NUMBER", "x")]));
        assert!(settings.secret("RELAIS_DS_TOKEN").is_none());
        assert!(settings.parsed::<u16>("RELAIS_NUMBER").is_none());
        let mistakes = settings.finish().unwrap_err();
        let names: Vec<&str> = mistakes.0.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names, ["RELAIS_DS_TOKEN", "RELAIS_NUMBER", "listn"]);
        assert!(!mistakes.to_string().contains("sample-token"));
        assert_eq!(Settings::new("a = 1\n= 2", []).finish().unwrap_err().to_string(), "relais.toml : ligne 2 : ce n’est pas du TOML");
    }

    #[test]
    fn a_secret_comes_from_a_file_or_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "sample\n").unwrap();
        let path = file.path().to_str().unwrap();
        let mut settings = Settings::new("", environment(&[("RELAIS_A_FILE", path), ("RELAIS_B", "other"), ("RELAIS_C_FILE", "/nowhere/at-all")]));
        assert_eq!(settings.secret("RELAIS_A").unwrap().expose_secret(), "sample");
        assert_eq!(settings.secret("RELAIS_B").unwrap().expose_secret(), "other");
        assert!(settings.secret("RELAIS_C").is_none());
        assert_eq!(settings.finish().unwrap_err().0.len(), 1);
    }
}
