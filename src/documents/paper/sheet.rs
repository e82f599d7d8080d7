//! Sheets of A4 with the address where the window of an envelope is (DIN 5008, form B), a table that goes on over pages, and the
//! seller at the foot of each.

use chrono::NaiveDate;

use crate::documents::pdf::{About, MILLIMETRE, Page, Weight, width, wrap};
use crate::documents::words::{self, Words};
use crate::domain::Language;
use crate::domain::invoice::Seller;

const A4: (f32, f32) = (210.0 * MILLIMETRE, 297.0 * MILLIMETRE);
const LEFT: f32 = 25.0 * MILLIMETRE;
const RIGHT: f32 = 190.0 * MILLIMETRE;
const TOP: f32 = 20.0 * MILLIMETRE;
/// Nothing but the foot is below.
const BOTTOM: f32 = 262.0 * MILLIMETRE;
const TEXT: f32 = 9.0;
const SMALL: f32 = 7.0;
const LINE: f32 = 12.5;
/// Lines of one name in a table.
const MOST_LINES: usize = 6;

pub(super) fn about<'a>(title: &'a str, author: &'a str, language: Language, day: NaiveDate) -> About<'a> {
    About { title, author, language: language.iso(), day, size: A4 }
}

/// What is above the table.
pub(super) struct Head<'a> {
    pub(super) seller: &'a Seller,
    pub(super) address: Vec<String>,
    pub(super) title: String,
    /// Label and value, at the right.
    pub(super) facts: Vec<(&'static str, String)>,
}

/// A column of a table: its title, its left or right edge in millimetres, and whether it ends there.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) at: f32,
    pub(super) right: bool,
}

pub(super) struct Sheet {
    /// Those that are full.
    pages: Vec<Page>,
    page: Page,
    y: f32,
}

impl Sheet {
    pub(super) fn new(head: &Head<'_>) -> Sheet {
        let mut sheet = Sheet { pages: Vec::new(), page: Page::default(), y: 0.0 };
        let seller = head.seller;
        let window = 45.0 * MILLIMETRE;
        let page = &mut sheet.page;
        page.text((LEFT, 20.0 * MILLIMETRE), 13.0, Weight::Bold, &seller.name);
        let back = format!("{} · {} · {} {}", seller.name, seller.street, seller.postal_code, seller.city);
        for line in wrap(&back, 6.0, Weight::Regular, 80.0 * MILLIMETRE, 1) {
            page.text((LEFT, window + 12.0), 6.0, Weight::Regular, &line);
        }
        for (line, y) in head.address.iter().take(7).zip(lines_from(window + 30.0)) {
            for part in wrap(line, TEXT + 1.0, Weight::Regular, 85.0 * MILLIMETRE, 1) {
                page.text((LEFT, y), TEXT + 1.0, Weight::Regular, &part);
            }
        }
        let label = 125.0 * MILLIMETRE;
        for ((name, value), y) in head.facts.iter().zip(lines_from(window + 12.0)) {
            page.text((label, y), TEXT, Weight::Regular, name);
            let room = RIGHT - label - width(name, TEXT, Weight::Regular) - 6.0;
            for line in wrap(value, TEXT, Weight::Regular, room, 1) {
                page.right((RIGHT, y), TEXT, Weight::Regular, &line);
            }
        }
        page.text((LEFT, 105.0 * MILLIMETRE), 14.0, Weight::Bold, &head.title);
        sheet.y = 113.0 * MILLIMETRE;
        sheet
    }

    fn needs(&mut self, height: f32) -> bool {
        if self.y + height <= BOTTOM {
            return false;
        }
        self.pages.push(std::mem::take(&mut self.page));
        self.y = TOP;
        true
    }

    fn titles(&mut self, columns: &[Column]) {
        let y = self.y + LINE;
        let page = &mut self.page;
        for column in columns {
            let at = (column.at * MILLIMETRE, y);
            if column.right {
                page.right(at, TEXT, Weight::Bold, column.title);
            } else {
                page.text(at, TEXT, Weight::Bold, column.title);
            }
        }
        page.line((LEFT, y + 4.0), (RIGHT, y + 4.0), 0.6);
        self.y = y + 6.0;
    }

    /// The cells of a row have an entry per column; `wide` is the room of the one that may have several lines.
    pub(super) fn table(&mut self, columns: &[Column], wide: (usize, f32), rows: &[Vec<String>]) {
        self.needs(4.0 * LINE);
        self.titles(columns);
        for row in rows {
            let lines: Vec<Vec<String>> = row
                .iter()
                .enumerate()
                .map(|(index, cell)| match index == wide.0 {
                    true => cell.lines().flat_map(|line| wrap(line, TEXT, Weight::Regular, wide.1 * MILLIMETRE, MOST_LINES)).collect(),
                    false => vec![cell.clone()],
                })
                .collect();
            let count = lines.iter().map(Vec::len).max().unwrap_or(1);
            let height = lines_from(0.0).nth(count).unwrap_or(LINE);
            if self.needs(height) {
                self.titles(columns);
            }
            let top = self.y + LINE;
            let page = &mut self.page;
            for (column, lines) in columns.iter().zip(&lines) {
                for (line, y) in lines.iter().zip(lines_from(top)) {
                    let at = (column.at * MILLIMETRE, y);
                    if column.right {
                        page.right(at, TEXT, Weight::Regular, line);
                    } else {
                        page.text(at, TEXT, Weight::Regular, line);
                    }
                }
            }
            self.y += height + 2.0;
        }
    }

    /// Label and value under the table, at the right.
    pub(super) fn sums(&mut self, sums: &[(String, String, Weight)]) {
        self.needs(LINE * 3.0);
        let y = self.y + 6.0;
        self.page.line((LEFT, y), (RIGHT, y), 0.6);
        self.y = y + 2.0;
        for (label, value, weight) in sums {
            self.needs(LINE);
            self.y += LINE;
            let y = self.y;
            let page = &mut self.page;
            page.right((RIGHT, y), TEXT, *weight, value);
            page.text((120.0 * MILLIMETRE, y), TEXT, *weight, label);
        }
        self.y += 6.0;
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.y += 6.0;
        for line in wrap(text, TEXT, Weight::Regular, RIGHT - LEFT, 40) {
            self.needs(LINE);
            self.y += LINE;
            let y = self.y;
            self.page.text((LEFT, y), TEXT, Weight::Regular, &line);
        }
    }

    /// The pages, each with the seller and its number at the foot.
    pub(super) fn finish(mut self, seller: &Seller, words: &Words) -> Vec<Page> {
        let columns = foot(seller, words);
        self.pages.push(self.page);
        let count = self.pages.len();
        for (page, number) in self.pages.iter_mut().zip(1_usize..) {
            page.right((RIGHT, 287.0 * MILLIMETRE), SMALL, Weight::Regular, &format!("{} {number}/{count}", words.page));
            let top = 268.0 * MILLIMETRE;
            page.line((LEFT, top - 9.0), (RIGHT, top - 9.0), 0.4);
            for (lines, x) in columns.iter().zip([25.0, 80.0, 135.0]) {
                for (line, y) in lines.iter().take(6).zip(lines_from(top)) {
                    let y = top + (y - top) * 0.72;
                    for part in wrap(line, SMALL, Weight::Regular, 54.0 * MILLIMETRE, 1) {
                        page.text((x * MILLIMETRE, y), SMALL, Weight::Regular, &part);
                    }
                }
            }
        }
        self.pages
    }
}

/// Base lines from one on.
fn lines_from(y: f32) -> impl Iterator<Item = f32> {
    std::iter::successors(Some(y), |y| Some(y + LINE))
}

fn foot(seller: &Seller, words: &Words) -> [Vec<String>; 3] {
    let labelled = |label: &str, text: &Option<String>| text.as_ref().map(|text| format!("{label} {text}"));
    let mut first = vec![seller.name.clone(), seller.street.clone(), format!("{} {} {}", seller.country, seller.postal_code, seller.city)];
    first.extend(labelled(words.vat_id, &seller.vat_id));
    first.extend(labelled(words.tax_number, &seller.tax_number));
    let second = [seller.phone.clone(), seller.email.clone()].into_iter().flatten().chain(seller.footer.iter().cloned()).collect();
    let third = [seller.bank.clone(), labelled("IBAN", &seller.iban), labelled("BIC", &seller.bic)].into_iter().flatten().collect();
    [first, second, third]
}

/// The facts whose values are known.
pub(super) fn known(facts: Vec<(&'static str, Option<String>)>) -> Vec<(&'static str, String)> {
    facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

pub(super) fn written(day: Option<NaiveDate>, language: Language) -> Option<String> {
    day.map(|day| words::day(day, language))
}
