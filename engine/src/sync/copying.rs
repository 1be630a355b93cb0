//! Files on their way from DS into the document (DESIGN section 3). Their bytes go from the proxy to Grist; here is
//! decided which go, how many at once, and what becomes of those that fail.

use std::{future::poll_fn, pin::pin, task::Poll};

use futures_util::future::maybe_done;

use super::{
    FileFailure, Observer, Stop,
    scan::{Interruption, Reader},
    writer::Writer,
};
use crate::{
    ds::{Dossier, DossierNumber, File, FileScan, SourceErrorCode, operations::Parts},
    grist::DocumentError,
    ports::{Clock, Document, Leases, NewAttachment, Source},
};

/// Files that one upload holds at most: fifty small ones take a tenth of the time in one request (facts/grist.md, section 8).
const MOST_FILES: usize = 25;
/// Bytes that one upload holds at most, but for a file that is larger, and goes alone.
const MOST_BYTES: u64 = 20_000_000;
/// Files fetched at once.
const AT_ONCE: usize = 4;
/// Files whose place in the document is not written yet, at most: a run that is killed uploads no more than these again.
const UNWRITTEN: usize = 100;
/// After so many failures in a row, it is the host of the files or the document that fails: no other is tried in this run.
const IN_A_ROW: usize = 5;

/// A file that the document lacks.
struct Wanted {
    dossier: DossierNumber,
    file: File,
}

/// Whether it is still worth trying.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: usize,
    last: Option<FileFailure>,
}

impl Breaker {
    fn note<T>(&mut self, result: &Result<T, FileFailure>) {
        match result {
            Ok(_) => *self = Self::default(),
            Err(why) if why.may_be_general() => (self.failures, self.last) = (self.failures + 1, Some(why.clone())),
            Err(_) => {}
        }
    }

    pub(super) fn is_open(&self) -> Option<&FileFailure> {
        self.last.as_ref().filter(|_| self.failures >= IN_A_ROW)
    }
}

/// Why a file is not even fetched.
const fn refused(scan: FileScan) -> Option<FileFailure> {
    match scan {
        FileScan::Safe => None,
        FileScan::Pending => Some(FileFailure::Pending),
        FileScan::Infected => Some(FileFailure::Infected),
        FileScan::Corrupt => Some(FileFailure::Corrupt),
    }
}

/// Whether a refusal concerns more than one file: then the run stops as it does anywhere else.
const fn stops(code: SourceErrorCode) -> bool {
    use SourceErrorCode as Code;
    matches!(
        code,
        Code::TokenExpired
            | Code::TokenRefused
            | Code::AddressRefused
            | Code::SessionExpired
            | Code::GristRefused
            | Code::DocumentUnknown
            | Code::DemarcheForbidden
            | Code::LeaseHeld
            | Code::ProxyUnavailable
    )
}

/// How many files of the start of a list go into one upload.
fn first_group(wanted: &[Wanted]) -> usize {
    let mut bytes = 0;
    let fits = |wanted: &&Wanted| {
        bytes += wanted.file.content.as_ref().map_or(0, |content| content.size);
        bytes <= MOST_BYTES
    };
    wanted.iter().take(MOST_FILES).take_while(fits).count().max(1)
}

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    /// Copies the files that these dossiers have and the document lacks. One that fails is noted, and the rest goes on.
    pub(super) async fn bring_files<O: Observer>(
        &mut self,
        reader: &Reader<'_, '_, S, C, O>,
        dossiers: &[Dossier],
        parts: Parts,
    ) -> Result<(), Stop> {
        if !parts.include_file_contents {
            return Ok(());
        }
        let mut wanted = Vec::new();
        for dossier in dossiers {
            if self.is_unwanted(dossier).await? {
                continue;
            }
            for file in self.converter.convert(dossier, &self.files, &mut Vec::new()).missing {
                match file.content.as_ref().and_then(|content| refused(content.scan)) {
                    Some(why) => self.files.fail(dossier.number, &file, why),
                    None => wanted.push(Wanted { dossier: dossier.number, file }),
                }
            }
        }
        while !wanted.is_empty() {
            let rest = wanted.split_off(first_group(&wanted));
            let group = std::mem::replace(&mut wanted, rest);
            let copied = self.copy(reader, &group, parts).await?;
            for (Wanted { dossier, file }, attachment) in group.iter().zip(copied) {
                self.breaker.note(&attachment);
                match attachment {
                    Ok(attachment) => {
                        self.files.keep(*dossier, file, attachment);
                        self.report.files += 1;
                    }
                    Err(why) => self.files.fail(*dossier, file, why),
                }
            }
            reader.tell(self.progress());
            if self.files.unwritten() >= UNWRITTEN {
                self.flush(Vec::new()).await?;
            }
            if reader.observer.is_cancelled() {
                return Err(Stop::Cancelled);
            }
        }
        Ok(())
    }

    /// Copies a few files: the attachments that they became, or why not.
    async fn copy<O: Observer>(
        &self,
        reader: &Reader<'_, '_, S, C, O>,
        group: &[Wanted],
        parts: Parts,
    ) -> Result<Vec<Result<i64, FileFailure>>, Interruption> {
        if let Some(why) = self.breaker.is_open() {
            return Ok(group.iter().map(|_| Err(why.clone())).collect());
        }
        let mut contents = Vec::with_capacity(group.len());
        for few in group.chunks(AT_ONCE) {
            let mut fetches: Vec<_> = few.iter().map(|wanted| Box::pin(maybe_done(reader.file(&wanted.file)))).collect();
            poll_fn(|context| {
                let mut is_waiting = false;
                for fetch in &mut fetches {
                    is_waiting |= fetch.as_mut().poll(context).is_pending();
                }
                if is_waiting { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
            for fetch in &mut fetches {
                contents.push(tolerate(fetch.as_mut().take_output().unwrap_or(Err(Interruption::Cancelled)))?);
            }
        }
        self.fetch_anew(reader, group, &mut contents, parts).await?;
        self.upload(reader, group, contents).await
    }

    /// Fetches those whose address has expired, since the page was read an hour ago: DS gives them another. Each dossier is
    /// asked for once.
    async fn fetch_anew<O: Observer>(
        &self,
        reader: &Reader<'_, '_, S, C, O>,
        group: &[Wanted],
        contents: &mut [Result<S::File, FileFailure>],
        parts: Parts,
    ) -> Result<(), Interruption> {
        let (mut asked, mut missing) = (None, Vec::new());
        for (wanted, content) in group.iter().zip(contents) {
            if !matches!(content, Err(FileFailure::Source(SourceErrorCode::FileExpired))) {
                continue;
            }
            if asked != Some(wanted.dossier) {
                // What the document still lacks of it, with the new addresses.
                let dossier = tolerate(reader.dossier(wanted.dossier, parts).await)?;
                missing = dossier.map_or_else(|_| Vec::new(), |dossier| self.converter.convert(&dossier, &self.files, &mut Vec::new()).missing);
                asked = Some(wanted.dossier);
            }
            if let Some(file) = missing.iter().find(|file| file.is_same(&wanted.file)) {
                *content = tolerate(reader.file(file).await)?;
            }
        }
        Ok(())
    }

    /// Puts what was fetched into the document: together, or one by one when the document refuses that.
    async fn upload<O: Observer>(
        &self,
        reader: &Reader<'_, '_, S, C, O>,
        group: &[Wanted],
        contents: Vec<Result<S::File, FileFailure>>,
    ) -> Result<Vec<Result<i64, FileFailure>>, Interruption> {
        let mut attachments = Vec::with_capacity(group.len());
        for (wanted, content) in group.iter().zip(&contents) {
            attachments.extend(content.as_ref().ok().map(|content| NewAttachment { name: &wanted.file.filename, content }));
        }
        let mut given = Vec::with_capacity(attachments.len());
        if !attachments.is_empty() {
            match reader.watch(pin!(self.document.attach(&attachments))).await? {
                Ok(ids) => given.extend(ids.into_iter().map(Ok)),
                // Those that it may have taken are not sent again at once.
                Err(error) if attachments.len() == 1 || error == DocumentError::NoAnswer => {
                    given.extend(attachments.iter().map(|_| Err(FileFailure::Document(error.clone()))));
                }
                Err(_) => {
                    for attachment in &attachments {
                        let ids = reader.watch(pin!(self.document.attach(std::slice::from_ref(attachment)))).await?;
                        given.push(ids.map_err(FileFailure::Document).and_then(|ids| ids.first().copied().ok_or(FileFailure::Corrupt)));
                    }
                }
            }
        }
        let mut given = given.into_iter();
        let attachment = |content: Result<S::File, FileFailure>| match content {
            Ok(_) => given.next().unwrap_or(Err(FileFailure::Document(DocumentError::NoAnswer))),
            Err(why) => Err(why),
        };
        Ok(contents.into_iter().map(attachment).collect())
    }
}

/// A refusal of one file is that file's; any other stops the run.
fn tolerate<T>(result: Result<T, Interruption>) -> Result<Result<T, FileFailure>, Interruption> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Interruption::Source(error)) if !stops(error.code) => Ok(Err(FileFailure::Source(error.code))),
        Err(interruption) => Err(interruption),
    }
}
