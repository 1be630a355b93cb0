//! Templates: what their page shows.

use relais_engine::{
    ds::{Demarche, DemarcheNumber, SourceError},
    grist::DocumentError,
    mapping::Proposal,
    sync::{Connexion, FollowedTemplate, Loaded, Reshaped},
    template::{Applied, TakenUp, Template, take_up},
};

use super::Fetched;
use crate::{
    proxy::{ListedTemplate, NamedTeam, Visibility, WholeTemplate},
    templates::{Fitting, Shown},
};

/// Where the agent is on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// All templates.
    #[default]
    Gallery,
    /// A connexion to save as one.
    Save,
    /// One of them.
    One,
    /// One that is applied to a démarche.
    Apply,
    /// A newer version for a connexion.
    Newer,
}

/// What is open below a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawer {
    /// Nothing.
    #[default]
    None,
    /// Whom it is shared with.
    Share,
    /// Whether it is withdrawn.
    Withdraw,
    /// Its file.
    Export,
}

/// What became of what was last asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Told {
    /// Nothing was.
    #[default]
    Nothing,
    /// No answer yet.
    Waiting,
    /// It is done.
    Done(&'static str),
    /// Something is missing, or wrong with a file.
    Wrong(String),
    /// The proxy, or DS, refused.
    Refused(SourceError),
    /// The document did.
    Denied(DocumentError),
}

/// A démarche that a template is applied to.
#[derive(Clone, Debug)]
pub struct Applying {
    /// Its number.
    pub number: DemarcheNumber,
    /// Its form.
    pub form: Fetched<Box<Demarche>>,
    /// How the template fits it, once the form is there.
    pub fitting: Option<Fitting>,
}

/// A connexion that a newer version is for.
#[derive(Clone, Debug)]
pub struct Upgrading {
    /// The connexion.
    pub connexion: Connexion,
    /// The version that it follows; none when the proxy no longer gives it.
    pub older: Option<Template>,
}

/// All that the page shows.
pub struct Shelf {
    /// The templates that the team may see.
    pub list: Fetched<Vec<ListedTemplate>>,
    /// Which of them are shown; none before the agent chooses.
    pub shown: Option<Shown>,
    /// The one that is looked at.
    pub whole: Fetched<Box<WholeTemplate>>,
    /// The teams that a template can be shared with.
    pub teams: Fetched<Vec<NamedTeam>>,
    /// What is open below it.
    pub drawer: Drawer,
    /// Whom it is to be shared with.
    pub sharing: (Visibility, Vec<String>),
    /// The connexion to save, by its id.
    pub source: Option<String>,
    /// The template whose next version that is, by its id.
    pub into: Option<String>,
    /// The démarche that it is applied to.
    pub applying: Option<Applying>,
    /// The connexion that it is a newer version for.
    pub upgrading: Option<Upgrading>,
    /// What became of what was last asked.
    pub told: Told,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            list: Fetched::Pending,
            shown: None,
            whole: Fetched::Pending,
            teams: Fetched::Pending,
            drawer: Drawer::None,
            sharing: (Visibility::Team, Vec::new()),
            source: None,
            into: None,
            applying: None,
            upgrading: None,
            told: Told::Nothing,
        }
    }
}

impl Shelf {
    /// Fits the template that is looked at to a form that was read. Another one may have been chosen meanwhile.
    pub(super) fn fit(&mut self, number: DemarcheNumber, form: Result<Demarche, SourceError>) {
        let Some(applying) = self.applying.as_mut().filter(|applying| applying.number == number) else { return };
        applying.fitting = match (&form, &self.whole) {
            (Ok(form), Fetched::Ready(whole)) => Some(Fitting::new(&whole.template, form)),
            _ => None,
        };
        if let (Some(fitting), Some(upgrading)) = (&mut applying.fitting, &self.upgrading) {
            fitting.answer_as_before(&upgrading.connexion);
        }
        applying.form = form.map_or_else(Fetched::Failed, |form| Fetched::Ready(Box::new(form)));
    }

    /// The form of a démarche about which something is asked: what its dossiers have helps to answer.
    pub(super) fn asked(&self, number: DemarcheNumber) -> Option<Demarche> {
        let applying = self.applying.as_ref().filter(|applying| applying.number == number)?;
        applying.fitting.as_ref().filter(|fitting| !fitting.questions.is_empty())?;
        applying.form.ready().map(|form| (**form).clone())
    }

    /// Shows examples beside what is asked.
    pub(super) fn illustrate(&mut self, proposal: &Proposal) {
        if let Some(applying) = self.applying.as_mut().filter(|applying| applying.number == proposal.demarche)
            && let Some(fitting) = &mut applying.fitting
        {
            fitting.illustrate(proposal);
        }
    }

    /// What the template becomes, and the version that its connexion follows, once it can be applied.
    pub fn applied(&self) -> Option<(Applied, Option<Applied>)> {
        let (whole, applying) = (self.whole.ready()?, self.applying.as_ref()?);
        let (form, fitting) = (applying.form.ready()?, applying.fitting.as_ref()?);
        let older = self.upgrading.as_ref().and_then(|upgrading| upgrading.older.as_ref()).map(|older| {
            let mut fitted = Fitting::new(older, form);
            fitted.answer_as(fitting);
            fitted.apply(older, form)
        });
        Some((fitting.apply(&whole.template, form), older))
    }

    /// What comes of a newer version for its connexion, once it can be applied.
    pub fn taken_up(&self, loaded: &Loaded) -> Option<TakenUp> {
        let (newer, older) = self.applied()?;
        let (version, upgrading) = (self.whole.ready()?.listed.version, self.upgrading.as_ref()?);
        let mut taken = take_up(&upgrading.connexion, &loaded.schema, &newer, older.as_ref(), version);
        self.note_declined(&mut taken.connexion);
        Some(taken)
    }

    /// The connexion that the template makes, or changes, and what that changes in the document.
    pub(super) fn connexion(&self, loaded: &Loaded) -> Option<(Connexion, Vec<Reshaped>)> {
        if self.upgrading.is_some() {
            return self.taken_up(loaded).map(|taken| (taken.connexion, taken.reshaped));
        }
        let (applied, listed) = (self.applied()?.0, &self.whole.ready()?.listed);
        let mut connexion = Connexion::new(applied.mapping, &loaded.connexions);
        connexion.follow(applied.scope, applied.keeping);
        connexion.template = Some(FollowedTemplate { id: listed.id.clone(), version: listed.version, declined: Vec::new(), passed_over: None });
        self.note_declined(&mut connexion);
        Some((connexion, Vec::new()))
    }

    fn note_declined(&self, connexion: &mut Connexion) {
        let fitting = self.applying.as_ref().and_then(|applying| applying.fitting.as_ref());
        if let Some((followed, fitting)) = connexion.template.as_mut().zip(fitting) {
            followed.declined = fitting.declined();
        }
    }
}
