//! What a form is made of: the kinds of fields, the fields, and a builder to write forms down.

use std::sync::Arc;

/// The kinds of fields that a form can hold: every descriptor type of the schema.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of the API's own types of fields")]
pub enum Kind {
    Aah,
    Address,
    Aeeh,
    AnnuaireEducation,
    Ars,
    Carte,
    Checkbox,
    Civilite,
    Cojo,
    Commune,
    Date,
    Datetime,
    DecimalNumber,
    Departement,
    DossierLink,
    DropDownList,
    Email,
    EngagementJuridique,
    Epci,
    EtudiantBoursier,
    Explication,
    Formatted,
    HeaderSection,
    Iban,
    IntegerNumber,
    LinkedDropDownList,
    MultipleDropDownList,
    Number,
    Pays,
    Phone,
    PieceJustificative,
    PreRempli,
    QuotientFamilial,
    Referentiel,
    Region,
    Repetition,
    Rna,
    Rnf,
    Siret,
    Text,
    Textarea,
    TitreIdentite,
    YesNo,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 43] = [
        Self::Aah,
        Self::Address,
        Self::Aeeh,
        Self::AnnuaireEducation,
        Self::Ars,
        Self::Carte,
        Self::Checkbox,
        Self::Civilite,
        Self::Cojo,
        Self::Commune,
        Self::Date,
        Self::Datetime,
        Self::DecimalNumber,
        Self::Departement,
        Self::DossierLink,
        Self::DropDownList,
        Self::Email,
        Self::EngagementJuridique,
        Self::Epci,
        Self::EtudiantBoursier,
        Self::Explication,
        Self::Formatted,
        Self::HeaderSection,
        Self::Iban,
        Self::IntegerNumber,
        Self::LinkedDropDownList,
        Self::MultipleDropDownList,
        Self::Number,
        Self::Pays,
        Self::Phone,
        Self::PieceJustificative,
        Self::PreRempli,
        Self::QuotientFamilial,
        Self::Referentiel,
        Self::Region,
        Self::Repetition,
        Self::Rna,
        Self::Rnf,
        Self::Siret,
        Self::Text,
        Self::Textarea,
        Self::TitreIdentite,
        Self::YesNo,
    ];

    /// Three names of the kind in the API: of its descriptor, of its deprecated `type`, of its champ.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Aah => ("AAHChampDescriptor", "aah", "TextChamp"),
            Self::Address => ("AddressChampDescriptor", "address", "AddressChamp"),
            Self::Aeeh => ("AEEHChampDescriptor", "aeeh", "TextChamp"),
            Self::AnnuaireEducation => ("AnnuaireEducationChampDescriptor", "annuaire_education", "TextChamp"),
            Self::Ars => ("ARSChampDescriptor", "ars", "TextChamp"),
            Self::Carte => ("CarteChampDescriptor", "carte", "CarteChamp"),
            Self::Checkbox => ("CheckboxChampDescriptor", "checkbox", "CheckboxChamp"),
            Self::Civilite => ("CiviliteChampDescriptor", "civilite", "CiviliteChamp"),
            Self::Cojo => ("COJOChampDescriptor", "cojo", "TextChamp"),
            Self::Commune => ("CommuneChampDescriptor", "communes", "CommuneChamp"),
            Self::Date => ("DateChampDescriptor", "date", "DateChamp"),
            Self::Datetime => ("DatetimeChampDescriptor", "datetime", "DatetimeChamp"),
            Self::DecimalNumber => ("DecimalNumberChampDescriptor", "decimal_number", "DecimalNumberChamp"),
            Self::Departement => ("DepartementChampDescriptor", "departements", "DepartementChamp"),
            Self::DossierLink => ("DossierLinkChampDescriptor", "dossier_link", "DossierLinkChamp"),
            Self::DropDownList => ("DropDownListChampDescriptor", "drop_down_list", "DropDownListChamp"),
            Self::Email => ("EmailChampDescriptor", "email", "TextChamp"),
            Self::EngagementJuridique => ("EngagementJuridiqueChampDescriptor", "engagement_juridique", "EngagementJuridiqueChamp"),
            Self::Epci => ("EpciChampDescriptor", "epci", "EpciChamp"),
            Self::EtudiantBoursier => ("EtudiantBoursierChampDescriptor", "etudiant_boursier", "TextChamp"),
            Self::Explication => ("ExplicationChampDescriptor", "explication", "ExplicationChamp"),
            Self::Formatted => ("FormattedChampDescriptor", "formatted", "TextChamp"),
            Self::HeaderSection => ("HeaderSectionChampDescriptor", "header_section", "HeaderSectionChamp"),
            Self::Iban => ("IbanChampDescriptor", "iban", "TextChamp"),
            Self::IntegerNumber => ("IntegerNumberChampDescriptor", "integer_number", "IntegerNumberChamp"),
            Self::LinkedDropDownList => ("LinkedDropDownListChampDescriptor", "linked_drop_down_list", "LinkedDropDownListChamp"),
            Self::MultipleDropDownList => ("MultipleDropDownListChampDescriptor", "multiple_drop_down_list", "MultipleDropDownListChamp"),
            Self::Number => ("NumberChampDescriptor", "number", "IntegerNumberChamp"),
            Self::Pays => ("PaysChampDescriptor", "pays", "PaysChamp"),
            Self::Phone => ("PhoneChampDescriptor", "phone", "TextChamp"),
            Self::PieceJustificative => ("PieceJustificativeChampDescriptor", "piece_justificative", "PieceJustificativeChamp"),
            Self::PreRempli => ("PreRempliChampDescriptor", "pre_rempli", "TextChamp"),
            Self::QuotientFamilial => ("QuotientFamilialChampDescriptor", "quotient_familial", "TextChamp"),
            Self::Referentiel => ("ReferentielChampDescriptor", "referentiel", "TextChamp"),
            Self::Region => ("RegionChampDescriptor", "regions", "RegionChamp"),
            Self::Repetition => ("RepetitionChampDescriptor", "repetition", "RepetitionChamp"),
            Self::Rna => ("RNAChampDescriptor", "rna", "RNAChamp"),
            Self::Rnf => ("RNFChampDescriptor", "rnf", "RNFChamp"),
            Self::Siret => ("SiretChampDescriptor", "siret", "SiretChamp"),
            Self::Text => ("TextChampDescriptor", "text", "TextChamp"),
            Self::Textarea => ("TextareaChampDescriptor", "textarea", "TextChamp"),
            // The type became a nature of the pièce justificative: the enumeration has no word of its own for it.
            Self::TitreIdentite => ("TitreIdentiteChampDescriptor", "piece_justificative", "TitreIdentiteChamp"),
            Self::YesNo => ("YesNoChampDescriptor", "yes_no", "YesNoChamp"),
        }
    }

    /// `__typename` of its descriptor.
    pub fn descriptor_type(self) -> &'static str {
        self.names().0
    }

    /// Its word in the enumeration `TypeDeChamp`.
    pub fn type_de_champ(self) -> &'static str {
        self.names().1
    }

    /// `__typename` of its champ, when the query names the fragment it needs.
    pub fn champ_type(self) -> &'static str {
        self.names().2
    }
}

/// What the answers to a field look like in generated dossiers.
#[derive(Copy, Clone, Debug)]
pub enum Sample {
    /// What suits the kind.
    Usual,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A number from the first to the second.
    Between(i64, i64),
    /// A family name.
    LastName,
    /// A first name.
    FirstName,
    /// The name of an association.
    Association,
    /// What a project is called.
    Project,
    /// Some sentences.
    Paragraph,
}

/// A field shown only when a choice of the same form has a given value.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The field looked at.
    pub field: u32,
    /// What its `stringValue` must be.
    pub equals: String,
}

/// The fields of a form, shared by the champs of every dossier that is read.
pub type Fields = Vec<Arc<Descriptor>>;

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// Stable over revisions; the number within the global id.
    pub id: u32,
    /// What it asks for.
    pub kind: Kind,
    /// Its title. Two fields may have the same.
    pub label: String,
    /// A help text, in HTML.
    pub description: Option<String>,
    /// Whether an answer is asked for.
    pub required: bool,
    /// The choices, as the API lists them: flat, with `--primary--` lines when linked.
    pub options: Vec<String>,
    /// Whether something else than the options may be answered.
    pub other: bool,
    /// Level of a heading, from 1.
    pub level: i32,
    /// Nature of a pièce justificative.
    pub nature: &'static str,
    /// When it is shown.
    pub condition: Option<Condition>,
    /// The fields of a répétition.
    pub children: Fields,
    /// What answers look like.
    pub sample: Sample,
    /// How many times in a hundred it is answered.
    pub answered: u64,
}

impl Descriptor {
    /// A field with nothing but its kind and title.
    pub fn new(id: u32, kind: Kind, label: &str) -> Self {
        Self {
            id,
            kind,
            label: label.to_owned(),
            description: Some(String::new()),
            required: false,
            options: Vec::new(),
            other: false,
            level: 1,
            nature: "NON_SPECIFIE",
            condition: None,
            children: Vec::new(),
            sample: Sample::Usual,
            answered: 85,
        }
    }

    /// Asks for an answer; every generated dossier has one.
    pub fn required(&mut self) -> &mut Self {
        self.required = true;
        self.answered = 100;
        self
    }

    /// The choices.
    pub fn options(&mut self, options: &[&str]) -> &mut Self {
        self.options = options.iter().map(|&option| option.to_owned()).collect();
        self
    }

    /// Lets something else than the options be answered.
    pub fn or_other(&mut self) -> &mut Self {
        self.other = true;
        self
    }

    /// A help text.
    pub fn help(&mut self, text: &str) -> &mut Self {
        self.description = Some(text.to_owned());
        self
    }

    /// What answers look like.
    pub fn like(&mut self, sample: Sample) -> &mut Self {
        self.sample = sample;
        self
    }

    /// How many times in a hundred it is answered.
    pub fn answered(&mut self, percent: u64) -> &mut Self {
        self.answered = percent;
        self
    }

    /// Nature of a pièce justificative.
    pub fn nature(&mut self, nature: &'static str) -> &mut Self {
        self.nature = nature;
        self
    }

    /// Shows it only when that other field has that value.
    pub fn when(&mut self, field: u32, equals: &str) -> &mut Self {
        self.condition = Some(Condition { field, equals: equals.to_owned() });
        self
    }
}

/// Writes a form down, in its order, giving out ids.
#[derive(Debug)]
pub struct Form {
    next: u32,
    fields: Fields,
}

impl Form {
    /// An empty form whose fields are numbered from there.
    pub fn from_id(first: u32) -> Self {
        Self { next: first, fields: Vec::new() }
    }

    /// Adds a field.
    pub fn add(&mut self, kind: Kind, label: &str) -> &mut Descriptor {
        let id = self.next;
        self.next += 1;
        self.push(Descriptor::new(id, kind, label))
    }

    /// Adds a heading.
    pub fn section(&mut self, level: i32, label: &str) {
        self.add(Kind::HeaderSection, label).level = level;
    }

    /// Adds a répétition, whose fields `rows` writes down.
    pub fn repetition(&mut self, label: &str, rows: impl FnOnce(&mut Form)) -> &mut Descriptor {
        let mut repetition = Descriptor::new(self.next, Kind::Repetition, label);
        let mut inner = Form::from_id(self.next + 1);
        rows(&mut inner);
        self.next = inner.next;
        repetition.children = inner.fields;
        self.push(repetition)
    }

    /// The id of the field added last.
    pub fn last(&self) -> u32 {
        self.fields.last().map_or(0, |field| field.id)
    }

    /// The id that the next field gets.
    pub fn next_id(&self) -> u32 {
        self.next
    }

    /// The fields.
    pub fn finish(self) -> Fields {
        self.fields
    }

    fn push(&mut self, descriptor: Descriptor) -> &mut Descriptor {
        self.fields.push(Arc::new(descriptor));
        match self.fields.last_mut() {
            Some(pushed) => Arc::make_mut(pushed),
            None => unreachable!("just pushed"),
        }
    }
}

/// Finds a field, in répétitions too.
pub fn find(fields: &[Arc<Descriptor>], id: u32) -> Option<&Descriptor> {
    fields.iter().find_map(|field| if field.id == id { Some(field.as_ref()) } else { find(&field.children, id) })
}

/// Finds a field to change it, in répétitions too.
pub fn find_mut(fields: &mut [Arc<Descriptor>], id: u32) -> Option<&mut Descriptor> {
    for field in fields {
        let field = Arc::make_mut(field);
        if field.id == id {
            return Some(field);
        }
        if let Some(found) = find_mut(&mut field.children, id) {
            return Some(found);
        }
    }
    None
}
