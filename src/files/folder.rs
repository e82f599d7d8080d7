//! A folder of files that calls brought. A file has the name of its checksum, is complete when it has it, and never changes.
//! Which files count says the database: one that no row names is left over from a call that came to nothing, or was replaced, and
//! is removed a day later.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use crate::domain::hex::hex;
use crate::domain::{Failure, code};
use crate::folders::write_then_rename;
use crate::store::{Conn, Store};

/// A file is there before its row is: the call that brings it may still run.
const LEFT_OVER: Duration = Duration::from_secs(24 * 60 * 60);
/// Files that one transaction looks at.
const AT_A_TIME: usize = 200;
/// A file that is being written.
const UNFINISHED: &str = "new-";

/// Which of these files rows of the database name.
pub(crate) type Named = fn(&mut Conn<'_>, &[String]) -> Result<BTreeSet<String>, Failure>;

/// SHA-256, in hexadecimal.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Folder {
        Folder { root: root.to_owned() }
    }

    /// Files by the first two digits, so that no folder has too many.
    fn part(&self, digits: &str) -> PathBuf {
        self.root.join(digits)
    }

    /// Checksums come from the database or are computed here; one with anything but digits is none.
    fn path(&self, checksum: &str) -> io::Result<PathBuf> {
        let is_one = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        match checksum.get(..2).filter(|_| is_one) {
            Some(digits) => Ok(self.part(digits).join(checksum)),
            None => Err(io::Error::new(io::ErrorKind::InvalidInput, "no checksum")),
        }
    }

    /// Stores a file, unless it is there. When this returns, it is on disk under its name.
    ///
    /// # Errors
    /// `FILE_FOLDER`.
    pub(crate) fn keep(&self, checksum: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.store(checksum, bytes).map_err(|error| self.fault(&error))
    }

    fn store(&self, checksum: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(checksum)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() == size) {
            // As new as one that is written now, so that nobody takes it for left over.
            return File::options().append(true).open(&path)?.set_modified(SystemTime::now());
        }
        let folder = path.parent().unwrap_or(&self.root);
        private_folder(folder)?;
        let unfinished = folder.join(format!("{UNFINISHED}{:032x}", rand::random::<u128>()));
        write_then_rename(&unfinished, &path, bytes)
    }

    /// The content of a file; `None`: it is not there, or is not what was stored.
    pub(crate) fn read(&self, checksum: &str, bytes: i64) -> Option<Vec<u8>> {
        let mut file = File::open(self.path(checksum).ok()?).ok()?;
        let mut content = Vec::with_capacity(usize::try_from(bytes).ok()?);
        let most = u64::try_from(bytes).ok()?.saturating_add(1);
        Read::by_ref(&mut file).take(most).read_to_end(&mut content).ok()?;
        (self::checksum(&content) == checksum).then_some(content)
    }

    /// A file to be read in pieces; `None`: it is not there, or has another size than what was stored.
    pub(crate) fn open(&self, checksum: &str, bytes: i64) -> Option<File> {
        let file = File::open(self.path(checksum).ok()?).ok()?;
        let size = file.metadata().ok()?.len();
        (i64::try_from(size) == Ok(bytes)).then_some(file)
    }

    fn fault(&self, error: &io::Error) -> Failure {
        Failure::new(code::FILE_FOLDER, [&self.root.display().to_string(), &error.to_string()])
    }

    /// Files of a part that are old enough to be left over: their names, the finished ones apart.
    fn old_files(&self, digits: &str, now: SystemTime) -> io::Result<(Vec<String>, Vec<PathBuf>)> {
        let (mut finished, mut unfinished) = (Vec::new(), Vec::new());
        let entries = match fs::read_dir(self.part(digits)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((finished, unfinished)),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if !is_old(&entry.path(), now) {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(UNFINISHED) {
                unfinished.push(entry.path());
            } else if self.path(&name).is_ok() {
                finished.push(name);
            }
        }
        Ok((finished, unfinished))
    }
}

fn is_old(path: &Path, now: SystemTime) -> bool {
    let age = fs::symlink_metadata(path).and_then(|file| file.modified()).ok().and_then(|modified| now.duration_since(modified).ok());
    age.is_some_and(|age| age > LEFT_OVER)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Removes what is left over in one of 256 parts of the folder. Looks at the rows in a write transaction: a call that brings
/// the same file again has it looked for in its own, and writes it once more if it is gone.
///
/// # Errors
/// Those of the database, and `FILE_FOLDER`.
pub(crate) fn sweep(store: &Store, folder: &Folder, named: Named, part: u8, now: SystemTime) -> Result<usize, Failure> {
    let digits = hex(&[part]);
    let (finished, unfinished) = folder.old_files(&digits, now).map_err(|error| folder.fault(&error))?;
    let mut removed = unfinished.iter().filter(|path| fs::remove_file(path).is_ok()).count();
    for names in finished.chunks(AT_A_TIME) {
        let known = store.read(|conn| named(conn, names))?;
        let names: Vec<String> = names.iter().filter(|name| !known.contains(*name)).cloned().collect();
        if names.is_empty() {
            continue;
        }
        let folder = folder.clone();
        removed += store.write(move |tx| {
            let known = named(&mut tx.conn, &names)?;
            let paths = names.iter().filter(|name| !known.contains(*name)).filter_map(|name| folder.path(name).ok());
            Ok(paths.filter(|path| is_old(path, now) && fs::remove_file(path).is_ok()).count())
        })?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::documents::named;
    use crate::store::testing::on_stores;

    fn folder() -> (Folder, tempfile::TempDir) {
        let guard = tempfile::tempdir().expect("a folder");
        (Folder::new(&guard.path().join("files")), guard)
    }

    #[test]
    fn a_file_comes_back_as_it_was_and_a_spoiled_one_does_not() {
        let (folder, _guard) = folder();
        let sum = checksum(b"abc");
        assert_eq!(folder.read(&sum, 3), None);
        for _ in 0..2 {
            folder.keep(&sum, b"abc").expect("stored");
        }
        assert_eq!(folder.read(&sum, 3).as_deref(), Some(&b"abc"[..]));
        assert!(folder.open(&sum, 3).is_some() && folder.open(&sum, 4).is_none());
        let path = folder.path(&sum).expect("a path");
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("entries").count(), 1, "nothing unfinished is left");
        fs::write(&path, b"abd").expect("spoiled");
        assert_eq!(folder.read(&sum, 3), None);
        folder.keep(&sum, b"ab").expect("stored again, because its size differs");
        for bad in ["../../etc/passwd", "", &"g".repeat(64)] {
            assert!(folder.keep(bad, b"x").is_err() && folder.read(bad, 1).is_none(), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, _guard) = folder();
        let sum = checksum(b"abc");
        folder.keep(&sum, b"abc").expect("stored");
        let path = folder.path(&sum).expect("a path");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("a folder")), mode(&folder.root)), (0o600, 0o700, 0o700));
    }

    #[test]
    fn what_no_row_names_is_removed_a_day_later() {
        on_stores(|store| {
            let (folder, _guard) = folder();
            let sum = checksum(b"abc");
            folder.keep(&sum, b"abc").expect("stored");
            let part = u8::from_str_radix(&sum[..2], 16).expect("digits");
            let later = SystemTime::now() + LEFT_OVER + Duration::from_secs(60);
            assert_eq!(sweep(store, &folder, named, part, SystemTime::now()).expect("swept"), 0, "its call may still run");
            assert_eq!(sweep(store, &folder, named, part.wrapping_add(1), later).expect("swept"), 0);
            assert_eq!(sweep(store, &folder, named, part, later).expect("swept"), 1);
            assert_eq!(folder.read(&sum, 3), None);
        });
    }
}
