//! Writing files that nobody sees before they are whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// In a folder that one process at a time may use.
const LOCK: &str = ".kontor.lock";
/// Bytes of the name of a file; file systems have room for 255.
const LONGEST_NAME: usize = 200;

/// A folder that no other process uses at the moment. The system lets go of it when a process ends, however it does.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Lock {
    /// `None`: another process has it.
    pub(crate) fn take(folder: &Path) -> io::Result<Option<Lock>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Writes a file under a name that nobody looks at, then gives it its own, which survives a loss of power. A file of this name
/// is replaced. Both names are in one file system.
pub(crate) fn write_then_rename(unfinished: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Nobody else may read what is written: there are names and addresses in it.
    put(unfinished, path, 0o600, |file| file.write_all(bytes))
}

/// The same for a file that a program of another user takes away: the group of its folder may read it, as far as the process
/// lets it (umask). `write` fills it.
pub(crate) fn hand_over(unfinished: &Path, path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    put(unfinished, path, 0o660, |file| {
        let mut buffer = BufWriter::new(file);
        write(&mut buffer)?;
        buffer.flush()
    })
}

/// The same for a file that `write` fills and that is too large for the memory. What was begun is removed if that fails.
pub(crate) fn fill_then_rename<T, E: From<io::Error>>(
    unfinished: &Path,
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    put(unfinished, path, 0o600, write)
}

fn put<T, E: From<io::Error>>(unfinished: &Path, path: &Path, mode: u32, write: impl FnOnce(&mut File) -> Result<T, E>) -> Result<T, E> {
    let written = create(unfinished, mode, write).and_then(|done| Ok(fs::rename(unfinished, path).map(|()| done)?));
    if written.is_err() {
        let _ = fs::remove_file(unfinished);
    }
    let done = written?;
    // A name without a folder is in the current one.
    let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
    Ok(done)
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "only there files have a mode"))]
fn create<T, E: From<io::Error>>(path: &Path, mode: u32, write: impl FnOnce(&mut File) -> Result<T, E>) -> Result<T, E> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.write(true).create_new(true).open(path)?;
    let done = write(&mut file)?;
    file.sync_all()?;
    Ok(done)
}

/// A text as the name of one file: what would lead into another folder, or hide the file, becomes a line.
pub(crate) fn file_name(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let mut name: String = text.trim_start_matches('.').chars().map(plain).collect();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_file_in_its_folder() {
        for (text, name) in [
            ("labels.csv", "labels.csv"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\x", "C__x"),
            (".hidden", "hidden"),
            ("..", "_"),
            ("", "_"),
            ("Größe 1\n", "Größe_1_"),
        ] {
            assert_eq!(file_name(text), name);
        }
        assert!(file_name(&"ü".repeat(300)).len() <= LONGEST_NAME);
    }

    #[test]
    fn a_file_is_whole_and_alone_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let (unfinished, path) = (folder.path().join(".new"), folder.path().join("file"));
        for text in ["one", "two"] {
            write_then_rename(&unfinished, &path, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
        }
        let nowhere = folder.path().join("nowhere/file");
        assert!(write_then_rename(&unfinished, &nowhere, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("entries").count(), 1, "nothing unfinished is left");
    }

    #[test]
    fn one_at_a_time_has_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = Lock::take(folder.path()).expect("taken");
        assert!(lock.is_some());
        assert!(Lock::take(folder.path()).expect("asked").is_none());
        drop(lock);
        assert!(Lock::take(folder.path()).expect("asked").is_some());
    }
}
