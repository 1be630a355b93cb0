//! Column types and their options.

use std::fmt;

use serde::{Serialize, Serializer};

use super::TableId;
use crate::json::{FromJson, Json, Malformed, parsed};

/// The type of a column, as `_grist_Tables_column.type` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// Texte.
    Text,
    /// Numérique: a double.
    Numeric,
    /// Entier: 32 bits (facts/grist.md, section 3).
    Int,
    /// Booléen: has no empty value.
    Bool,
    /// Date.
    Date,
    /// Date et heure, shown in a time zone.
    DateTime(Box<str>),
    /// Choix unique.
    Choice,
    /// Choix multiple.
    ChoiceList,
    /// Référence to a row of a table.
    Ref(TableId),
    /// Liste de références.
    RefList(TableId),
    /// Pièces jointes.
    Attachments,
    /// Tout type.
    Any,
    /// A type that Relais does not write: positions, ids.
    Other(Box<str>),
}

impl ColumnType {
    /// Dates of French administrations are read in Paris.
    pub fn paris() -> Self {
        Self::DateTime("Europe/Paris".into())
    }

    /// Reads the text of a column's metadata.
    pub fn parse(text: &str) -> Self {
        let (name, argument) = text.split_once(':').unwrap_or((text, ""));
        match name {
            "Text" => Self::Text,
            "Numeric" => Self::Numeric,
            "Int" => Self::Int,
            "Bool" => Self::Bool,
            "Date" => Self::Date,
            "DateTime" => Self::DateTime(argument.into()),
            "Choice" => Self::Choice,
            "ChoiceList" => Self::ChoiceList,
            "Ref" => Self::Ref(TableId::from(argument)),
            "RefList" => Self::RefList(TableId::from(argument)),
            "Attachments" => Self::Attachments,
            "Any" => Self::Any,
            _ => Self::Other(text.into()),
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => formatter.write_str("Text"),
            Self::Numeric => formatter.write_str("Numeric"),
            Self::Int => formatter.write_str("Int"),
            Self::Bool => formatter.write_str("Bool"),
            Self::Date => formatter.write_str("Date"),
            Self::DateTime(zone) if zone.is_empty() => formatter.write_str("DateTime"),
            Self::DateTime(zone) => write!(formatter, "DateTime:{zone}"),
            Self::Choice => formatter.write_str("Choice"),
            Self::ChoiceList => formatter.write_str("ChoiceList"),
            Self::Ref(table) => write!(formatter, "Ref:{table}"),
            Self::RefList(table) => write!(formatter, "RefList:{table}"),
            Self::Attachments => formatter.write_str("Attachments"),
            Self::Any => formatter.write_str("Any"),
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

impl Serialize for ColumnType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for ColumnType {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |text| Some(Self::parse(text)))
    }
}

/// The colours of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChoiceStyle {
    /// Ground, `#rrggbb`.
    pub fill_color: &'static str,
    /// Text, at least 7:1 on the ground.
    pub text_color: &'static str,
}

/// How a column shows its values: the JSON text of `widgetOptions`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WidgetOptions(serde_json::Map<String, serde_json::Value>);

impl WidgetOptions {
    /// Reads the text of a column's metadata; no options when it is not JSON.
    pub fn parse(text: &str) -> Self {
        match Json::parse(text.as_bytes()).as_ref().map(Json::to_value) {
            Ok(serde_json::Value::Object(options)) => Self(options),
            _ => Self::default(),
        }
    }

    fn of(options: &[(&str, serde_json::Value)]) -> Self {
        let mut map = serde_json::Map::new();
        map.extend(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self(map)
    }

    /// A choice column's options, in order, with the colours of some.
    pub fn choices<'a>(choices: impl IntoIterator<Item = (&'a str, Option<ChoiceStyle>)>) -> Self {
        let mut names = Vec::new();
        let mut styles = serde_json::Map::new();
        for (name, style) in choices {
            names.push(serde_json::Value::from(name));
            if let Some(style) = style {
                styles.insert(name.to_owned(), serde_json::json!({ "fillColor": style.fill_color, "textColor": style.text_color }));
            }
        }
        let mut options = Self::of(&[("choices", serde_json::Value::Array(names))]);
        if !styles.is_empty() {
            options.0.insert("choiceOptions".to_owned(), serde_json::Value::Object(styles));
        }
        options
    }

    /// A date as French agents read it: 31/01/2026, and 14:32 in a DateTime column.
    pub fn french_date(with_time: bool) -> Self {
        let mut options = Self::of(&[("dateFormat", "DD/MM/YYYY".into()), ("isCustomDateFormat", true.into())]);
        if with_time {
            options.0.insert("timeFormat".to_owned(), "HH:mm".into());
            options.0.insert("isCustomTimeFormat".to_owned(), true.into());
        }
        options
    }

    /// A whole number: no decimals, no separators (a number of a dossier is a name).
    pub fn integer() -> Self {
        Self::of(&[("decimals", 0.into()), ("maxDecimals", 0.into())])
    }

    /// An amount or a quantity: separators of thousands.
    pub fn decimal() -> Self {
        Self::of(&[("numMode", "decimal".into())])
    }

    /// A text that holds an address: « libellé https://… ».
    pub fn hyperlink() -> Self {
        Self::of(&[("widget", "HyperLink".into())])
    }

    /// The choices of a choice column.
    pub fn choice_names(&self) -> impl Iterator<Item = &str> {
        self.0.get("choices").and_then(serde_json::Value::as_array).into_iter().flatten().filter_map(serde_json::Value::as_str)
    }

    /// The colours of a choice, ground then text, when it has both.
    pub fn style_of(&self, choice: &str) -> Option<(&str, &str)> {
        let style = self.0.get("choiceOptions")?.get(choice)?;
        style.get("fillColor")?.as_str().zip(style.get("textColor")?.as_str())
    }

    /// These options with more choices at the end, and other colours for some that it has.
    #[must_use]
    pub fn with_styled_choices(&self, added: &[(&str, Option<ChoiceStyle>)], recoloured: &[(&str, ChoiceStyle)]) -> Self {
        let mut options = self.with_choices(added.iter().map(|(name, _)| *name)).0;
        let styles = added.iter().filter_map(|(name, style)| Some((*name, (*style)?))).chain(recoloured.iter().copied());
        for (name, style) in styles {
            let all = options.entry("choiceOptions").or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
            if let Some(all) = all.as_object_mut() {
                // An agent may have made it bold: that stays.
                let one = all.entry(name).or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
                if let Some(one) = one.as_object_mut() {
                    one.insert("fillColor".to_owned(), style.fill_color.into());
                    one.insert("textColor".to_owned(), style.text_color.into());
                }
            }
        }
        Self(options)
    }

    /// These options, with what others say of the look of cells whatever their type: agents chose that.
    #[must_use]
    pub fn with_appearance_of(&self, other: &Self) -> Self {
        const LOOK: [&str; 11] = [
            "alignment",
            "wrap",
            "fillColor",
            "textColor",
            "fontBold",
            "fontItalic",
            "fontUnderline",
            "fontStrikethrough",
            "headerFillColor",
            "headerTextColor",
            "rulesOptions",
        ];
        let mut options = self.0.clone();
        options.extend(LOOK.iter().filter_map(|name| Some(((*name).to_owned(), other.0.get(*name)?.clone()))));
        Self(options)
    }

    /// These options with more choices at the end; those that agents added, and their colours, stay.
    #[must_use]
    pub fn with_choices<'a>(&self, added: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = self.0.clone();
        let choices = options.entry("choices").or_insert_with(|| serde_json::Value::Array(Vec::new()));
        if let Some(choices) = choices.as_array_mut() {
            choices.extend(added.into_iter().map(serde_json::Value::from));
        }
        Self(options)
    }
}

impl fmt::Display for WidgetOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}
