//! What was read of the source, in a temporary file: it is worked on without the source, as often as needed.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use super::element::Element;
use super::kinds::Kind;
use super::source::{Source, SourceError};
use crate::domain::Stamp;

/// The smallest page: one record must fit into an answer.
const SMALLEST: usize = 1;

/// The records of one kind.
pub(super) struct Spool {
    file: File,
    pub(super) count: usize,
}

fn broken(error: &std::io::Error) -> SourceError {
    SourceError::Lost(format!("the temporary file cannot be used: {error}; TMPDIR names another folder"))
}

/// A file that is gone when it is closed.
fn unnamed() -> std::io::Result<File> {
    let name = format!("kontor-import-{}-{:x}", std::process::id(), rand::random::<u64>());
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

impl Spool {
    /// Reads all records of a kind, with smaller pages where an answer would be too long.
    pub(super) fn fill(source: &Source, kind: &Kind, mandator_id: i32) -> Result<Spool, SourceError> {
        let mut size = kind.page;
        loop {
            match Spool::read(source, kind, mandator_id, size) {
                Err(SourceError::TooLong(_)) if size > SMALLEST => size = (size / 5).max(SMALLEST),
                other => return other,
            }
        }
    }

    fn read(source: &Source, kind: &Kind, mandator_id: i32, size: usize) -> Result<Spool, SourceError> {
        let mut spool = Spool { file: unnamed().map_err(|error| broken(&error))?, count: 0 };
        let mut out = BufWriter::new(&spool.file);
        let mut before: Option<String> = None;
        for page in 1.. {
            let answer = source.page(kind, mandator_id, size, page)?;
            let first = answer.records.first().map(Element::xml);
            // A source without pages of this kind gives everything each time.
            if answer.records.is_empty() || (page > 1 && first == before) {
                break;
            }
            before = first;
            for record in &answer.records {
                put(&mut out, &record.xml()).map_err(|error| broken(&error))?;
                spool.count += 1;
            }
            if answer.records.len() != size || answer.total.is_some_and(|total| spool.count >= total) {
                break;
            }
        }
        out.flush().map_err(|error| broken(&error))?;
        drop(out);
        Ok(spool)
    }

    /// The records from the first on, so many at a time.
    pub(super) fn batches(&self, size: usize) -> Result<Batches<'_>, SourceError> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(|error| broken(&error))?;
        Ok(Batches { reader: BufReader::new(file), size })
    }
}

fn put(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    let length = u64::try_from(text.len()).unwrap_or_default();
    out.write_all(&length.to_be_bytes())?;
    out.write_all(text.as_bytes())
}

pub(super) struct Batches<'s> {
    reader: BufReader<&'s File>,
    size: usize,
}

impl Batches<'_> {
    fn record(&mut self) -> Result<Option<String>, SourceError> {
        let mut length = [0; 8];
        match self.reader.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(broken(&error)),
        }
        let mut text = String::new();
        let read = (&mut self.reader).take(u64::from_be_bytes(length)).read_to_string(&mut text);
        read.map(|_| Some(text)).map_err(|error| broken(&error))
    }

    /// The next records; none at the end.
    pub(super) fn next(&mut self) -> Result<Vec<String>, SourceError> {
        let mut records = Vec::with_capacity(self.size);
        while records.len() < self.size
            && let Some(record) = self.record()?
        {
            records.push(record);
        }
        Ok(records)
    }
}

/// A time as the compat face writes it.
pub(super) fn written(now: Stamp) -> String {
    now.to_utc().unwrap_or_default().to_rfc3339()
}
