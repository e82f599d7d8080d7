//! Ids of the domain on the wire: whole numbers.

use std::borrow::Cow;

use super::filter::FilterName;
use super::{FieldSpec, Source, Types, Value, Writer};
use crate::domain::Failure;
use crate::operations::Face;

macro_rules! wire_id {
    ($($type:ty),+) => { $(
        impl Value for $type {
            fn read(source: Source<'_>, spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
                i32::read(source, spec, face).map(Self)
            }

            fn write(&self, out: &mut Writer, name: &str) {
                self.0.write(out, name);
            }

            fn text(&self, face: Face) -> Option<Cow<'_, str>> {
                self.0.text(face)
            }

            fn type_name(spec: &FieldSpec, types: &mut Types) -> String {
                i32::type_name(spec, types)
            }
        }

        impl FilterName for $type {
            const FILTER: &'static str = i32::FILTER;
            const EMPTY_MEANS_UNSET: bool = i32::EMPTY_MEANS_UNSET;
        }
    )+ };
}

wire_id!(
    crate::domain::MandatorId,
    crate::domain::AccountId,
    crate::domain::WarehouseId,
    crate::domain::PricelistId,
    crate::domain::ItemId,
    crate::domain::OfferId,
    crate::domain::OrderId,
    crate::domain::OrderItemId,
    crate::domain::PaymentId,
    crate::domain::DocumentId,
    crate::domain::LabelId,
    crate::domain::MediaId
);
