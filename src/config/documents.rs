//! Where files are kept, and who makes documents out.

use std::path::{Path, PathBuf};

use chrono::{Datelike as _, NaiveDate};

use super::database::is_postgres;
use crate::domain::MandatorId;
use crate::domain::invoice::Seller;

/// Where files of one sort are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFolder {
    pub(crate) folder: PathBuf,
    /// Of one file.
    pub(crate) largest_bytes: usize,
}

impl FileFolder {
    /// That of documents, unless `[documents]` says otherwise.
    pub(crate) fn documents(database: &str, folder: &Path) -> FileFolder {
        FileFolder::beside(database, folder, "documents", 10 * 1024 * 1024)
    }

    /// That of media, unless `[media]` says otherwise.
    pub(crate) fn media(database: &str, folder: &Path) -> FileFolder {
        FileFolder::beside(database, folder, "media", 25 * 1024 * 1024)
    }

    /// Beside an SQLite file, else in the folder of the configuration.
    fn beside(database: &str, folder: &Path, name: &str, largest_bytes: usize) -> FileFolder {
        let folder = match is_postgres(database) {
            true => folder.join(name),
            false => Path::new(database).with_file_name(name),
        };
        FileFolder { folder, largest_bytes }
    }
}

/// An account at a carrier.
#[derive(Clone, PartialEq)]
pub(crate) struct CarrierAccount {
    /// As calls name it; compared without case.
    pub(crate) identifier: String,
    pub(crate) mandator_id: MandatorId,
    /// Name in the registry of carriers.
    pub(crate) carrier: String,
    /// The shipping provider that its packages name.
    pub(crate) shipping_provider: String,
    /// The carrier's own settings, checked by the carrier.
    pub(crate) settings: toml::Table,
}

impl CarrierAccount {
    /// A shipping software that reads files: its labels wait until `doShippingSoftwareExport` hands them over.
    pub(crate) fn exchanges_files(&self) -> bool {
        self.carrier == "file"
    }
}

impl std::fmt::Debug for CarrierAccount {
    /// Not derived: `settings` holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CarrierAccount").field("identifier", &self.identifier).field("carrier", &self.carrier).finish_non_exhaustive()
    }
}

/// How a mandator makes out documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Billing {
    pub(crate) mandator_id: MandatorId,
    pub(crate) seller: Seller,
    /// Days after which an invoice is due.
    pub(crate) payment_days: u32,
    pub(crate) invoice_number: Series,
    pub(crate) credit_note_number: Series,
    pub(crate) delivery_note_number: Series,
}

impl Billing {
    pub(crate) const PAYMENT_DAYS: u32 = 14;
    pub(crate) const INVOICES: &'static str = "RE-{year}-{number}";
    pub(crate) const CREDIT_NOTES: &'static str = "GU-{year}-{number}";
    pub(crate) const DELIVERY_NOTES: &'static str = "LS-{year}-{number}";

    /// With the default numbers.
    pub(crate) fn new(mandator_id: MandatorId, seller: Seller) -> Billing {
        let series = |template: &str| Series(template.to_owned());
        Billing {
            mandator_id,
            seller,
            payment_days: Billing::PAYMENT_DAYS,
            invoice_number: series(Billing::INVOICES),
            credit_note_number: series(Billing::CREDIT_NOTES),
            delivery_note_number: series(Billing::DELIVERY_NOTES),
        }
    }
}

/// How the numbers of a kind of document look: a text with `{number}`, and `{year}` where counting begins again each year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series(String);

impl Series {
    /// Room for number and year beside the text.
    const LONGEST: usize = 20;

    pub(crate) fn parse(text: &str) -> Result<Series, String> {
        let plain = text.replacen("{number}", "", 1).replacen("{year}", "", 1);
        let is_plain = plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.' | '_'));
        match text {
            _ if !text.contains("{number}") => Err("has no {number}; write a text such as RE-{year}-{number}".to_owned()),
            _ if !is_plain => {
                Err("has other characters than letters, digits and - / . _ beside {number} and {year}; leave them out".to_owned())
            }
            _ if plain.len() > Series::LONGEST => {
                Err(format!("is too long; write at most {} characters beside the number", Series::LONGEST))
            }
            _ => Ok(Series(text.to_owned())),
        }
    }

    /// The number alone.
    pub(crate) fn plain() -> Series {
        Series("{number}".to_owned())
    }

    /// What is counted on its own.
    pub(crate) fn key(&self, kind: &str, day: NaiveDate) -> String {
        match self.0.contains("{year}") {
            true => format!("{kind}/{}", day.year()),
            false => kind.to_owned(),
        }
    }

    pub(crate) fn number(&self, number: i32, day: NaiveDate) -> String {
        self.0.replace("{number}", &number.to_string()).replace("{year}", &day.year().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_makes_numbers_and_counts_by_year_where_it_says_so() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
        let series = Series::parse("RE-{year}/{number}").expect("a series");
        assert_eq!((series.number(17, day), series.key("invoice", day)), ("RE-2026/17".to_owned(), "invoice/2026".to_owned()));
        assert_eq!(Series::parse("{number}").expect("a series").key("invoice", day), "invoice");
        for (text, words) in [
            ("RE-{year}", "no {number}"),
            ("Ré{number}", "other characters"),
            ("{number}{number}", "other"),
            ("RECHNUNGSNUMMER-MANDANT-{number}", "too long"),
        ] {
            assert!(Series::parse(text).is_err_and(|why| why.contains(words)), "{text}");
        }
    }

    #[test]
    fn files_are_beside_the_database() {
        let folder = |database: &str| FileFolder::documents(database, Path::new("/etc/kontor")).folder;
        assert_eq!(folder("/var/lib/kontor/kontor.sqlite"), Path::new("/var/lib/kontor/documents"));
        assert_eq!(folder("postgres://db/kontor"), Path::new("/etc/kontor/documents"));
        assert_eq!(folder("demo.sqlite"), Path::new("documents"));
        assert_eq!(FileFolder::media("demo.sqlite", Path::new("")).folder, Path::new("media"));
    }
}
