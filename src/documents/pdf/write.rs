//! From marks to the bytes of a file.

use chrono::{Datelike as _, NaiveDate};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use super::font::printable;
use super::{Mark, Page, xmp};
use crate::domain::{Failure, code};

/// What a file says about itself.
#[derive(Debug, Clone)]
pub(crate) struct About<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    /// ISO 639-1.
    pub(crate) language: &'a str,
    pub(crate) day: NaiveDate,
    /// Width and height in points.
    pub(crate) size: (f32, f32),
}

/// An e-invoice in the paper that it says the same as.
#[derive(Debug, Clone)]
pub(crate) struct Enclosure {
    pub(crate) name: &'static str,
    pub(crate) content: String,
}

/// The bytes of a PDF. The same pages give the same bytes.
///
/// # Errors
/// `INTERNAL`: something is no PDF/A.
pub(crate) fn write(about: &About<'_>, pages: &[Page], enclosure: Option<&Enclosure>) -> Result<Vec<u8>, Failure> {
    let broken = |what: &str| Failure::new(code::INTERNAL, [&format!("PDF: {what}")]);
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish();
    let configuration = configuration.map_err(|error| broken(&format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let date = date_of(about.day);
    document.set_metadata(
        Metadata::new()
            .title(about.title.to_owned())
            .authors(vec![about.author.to_owned()])
            .language(about.language.to_owned())
            .creator("Kontor".to_owned())
            .producer("krilla".to_owned())
            .creation_date(date)
            .document_id(about.title.to_owned()),
    );
    for page in pages {
        let settings = PageSettings::from_wh(about.size.0, about.size.1).ok_or_else(|| broken("the page has no size"))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for mark in &page.marks {
            draw(&mut surface, mark).ok_or_else(|| broken("a mark cannot be drawn"))?;
        }
        surface.finish();
        sheet.finish();
    }
    if let Some(enclosure) = enclosure {
        let file = EmbeddedFile {
            path: enclosure.name.to_owned(),
            mime_type: MimeType::new("text/xml"),
            description: Some("EN 16931 invoice".to_owned()),
            association_kind: AssociationKind::Alternative,
            data: enclosure.content.clone().into_bytes().into(),
            modification_date: Some(date),
            compress: Some(true),
            location: None,
        };
        document.embed_file(file).ok_or_else(|| broken("the e-invoice cannot be enclosed"))?;
    }
    let bytes = document.finish().map_err(|error| broken(&format!("{error:?}")))?;
    match enclosure {
        None => Ok(bytes),
        Some(enclosure) => xmp::name_the_invoice(bytes, enclosure.name).ok_or_else(|| broken("the metadata are not found")),
    }
}

fn date_of(day: NaiveDate) -> DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    let date = DateTime::new(u16::try_from(day.year()).unwrap_or_default()).month(small(day.month())).day(small(day.day()));
    date.hour(0).minute(0).second(0).utc_offset_hour(0)
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) -> Option<()> {
    let black = || rgb::Color::new(0, 0, 0);
    match mark {
        Mark::Text { x, y, size, weight, text } => {
            surface.set_fill(Some(Fill { paint: black().into(), opacity: NormalizedF32::ONE, rule: Default::default() }));
            surface.set_stroke(None);
            let text = printable(text, *weight);
            surface.draw_text(Point::from_xy(*x, *y), weight.font()?, *size, &text, false, TextDirection::Auto);
        }
        Mark::Line { from, to, width } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { paint: black().into(), width: *width, ..Stroke::default() }));
            surface.draw_path(&path.finish()?);
        }
        Mark::Box { x, y, width, height } => {
            let mut path = PathBuilder::new();
            path.push_rect(Rect::from_xywh(*x, *y, *width, *height)?);
            surface.set_fill(Some(Fill { paint: black().into(), opacity: NormalizedF32::ONE, rule: Default::default() }));
            surface.set_stroke(None);
            surface.draw_path(&path.finish()?);
        }
    }
    Some(())
}
