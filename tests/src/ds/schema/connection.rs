//! Pages, as the API presents them.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};

use super::dossier::{DeletedDossier, Dossier};
use crate::ds::call::refusal;
use crate::ds::world::demarche::Demarche;
use crate::ds::world::dossier::Dossier as Stored;
use crate::ds::world::page::{BadWindow, Page};
use crate::ds::world::store::Gone;

/// Where a page stands in its list.
#[derive(SimpleObject, Clone)]
pub struct PageInfo {
    /// The cursor of its last item; none when it is empty.
    end_cursor: Option<String>,
    /// Whether something follows.
    has_next_page: bool,
    /// Whether something precedes.
    has_previous_page: bool,
    /// The cursor of its first item; none when it is empty.
    start_cursor: Option<String>,
}

impl<T> From<&Page<T>> for PageInfo {
    fn from(page: &Page<T>) -> Self {
        Self {
            end_cursor: page.items.last().map(|(cursor, _)| cursor.clone()),
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.items.first().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// The refusal of a window that makes no sense.
pub fn bad_window(bad: BadWindow) -> async_graphql::Error {
    refusal(bad.to_string(), "bad_request")
}

/// A page of dossiers.
pub struct DossierConnection {
    demarche: Arc<Demarche>,
    page: Page<Arc<Stored>>,
}

impl DossierConnection {
    /// A page of the dossiers of a démarche.
    pub fn new(demarche: Arc<Demarche>, page: Page<Arc<Stored>>) -> Self {
        Self { demarche, page }
    }

    fn dossier(&self, dossier: &Arc<Stored>) -> Dossier {
        Dossier::new(Arc::clone(&self.demarche), Arc::clone(dossier))
    }
}

/// A page of dossiers.
#[Object]
impl DossierConnection {
    async fn edges(&self) -> Option<Vec<Option<DossierEdge>>> {
        let edge = |(cursor, dossier): &(String, Arc<Stored>)| DossierEdge { cursor: cursor.clone(), node: Some(self.dossier(dossier)) };
        Some(self.page.items.iter().map(|item| Some(edge(item))).collect())
    }

    async fn nodes(&self) -> Option<Vec<Option<Dossier>>> {
        Some(self.page.items.iter().map(|(_, dossier)| Some(self.dossier(dossier))).collect())
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::from(&self.page)
    }
}

/// A dossier and its cursor.
#[derive(SimpleObject)]
pub struct DossierEdge {
    cursor: String,
    node: Option<Dossier>,
}

/// A page of dossiers that are no longer served.
#[derive(SimpleObject)]
pub struct DeletedDossierConnection {
    edges: Option<Vec<Option<DeletedDossierEdge>>>,
    nodes: Option<Vec<Option<DeletedDossier>>>,
    page_info: PageInfo,
}

/// A dossier that is no longer served, and its cursor.
#[derive(SimpleObject)]
pub struct DeletedDossierEdge {
    cursor: String,
    node: Option<DeletedDossier>,
}

impl From<Page<Gone>> for DeletedDossierConnection {
    fn from(page: Page<Gone>) -> Self {
        let page_info = PageInfo::from(&page);
        let nodes = page.items.iter().map(|(_, gone)| Some(DeletedDossier::from(*gone))).collect();
        let edges = page.items.into_iter().map(|(cursor, gone)| Some(DeletedDossierEdge { cursor, node: Some(gone.into()) })).collect();
        Self { edges: Some(edges), nodes: Some(nodes), page_info }
    }
}
