//! The look-up lists: delivery times, shipping cost categories, kinds of texts and pictures, templates, customer groups, coupons,
//! manufacturers, branches, attributes. All have the same form: a number, a name that is unique in the mandator, perhaps the ERP's own number, and a document.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::filter::{Cond, Window};
use super::{Conn, Stored, Tx, next_id};
use crate::domain::attribute::{Attribute, AttributeSet, VariantProperty};
use crate::domain::coupon::Coupon;
use crate::domain::epa::{EpaAssembly, EpaBom};
use crate::domain::lookup::{Branch, CustomerGroup, DeliveryCharge, DeliveryTime, ImageType, Manufacturer, Template, TextType};
use crate::domain::{Failure, MandatorId};
use crate::{narrow, narrow_window, on};

/// Who made a record.
pub(crate) const BY_CALL: i32 = 0;
/// What the configuration says, calls do not change.
pub(crate) const BY_CONFIGURATION: i32 = 1;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    DeliveryTimes,
    DeliveryCharges,
    TextTypes,
    ImageTypes,
    Templates,
    CustomerGroups,
    Coupons,
    Manufacturers,
    Branches,
    Attributes,
    AttributeSets,
    VariantProperties,
    EpaAssemblies,
    EpaBoms,
}

impl List {
    /// The counter of its numbers.
    pub(crate) fn counter(self) -> &'static str {
        match self {
            List::DeliveryTimes => "delivery time",
            List::DeliveryCharges => "delivery charge category",
            List::TextTypes => "text module type",
            List::ImageTypes => "image module type",
            List::Templates => "template",
            List::CustomerGroups => "customer group",
            List::Coupons => "coupon",
            List::Manufacturers => "manufacturer",
            List::Branches => "branch",
            List::Attributes => "attribute",
            List::AttributeSets => "attribute set",
            List::VariantProperties => "variant attribute",
            List::EpaAssemblies => "epa assembly",
            List::EpaBoms => "epa bom",
        }
    }

    /// The counter of the numbers of values inside its records.
    pub(crate) const fn value_counter(self) -> Option<&'static str> {
        match self {
            List::Attributes => Some("attribute value"),
            List::VariantProperties => Some("variant attribute value"),
            _ => None,
        }
    }
}

/// What a list's records keep beside their columns.
pub(crate) trait Listed: serde::Serialize + serde::de::DeserializeOwned + Default + PartialEq + Clone + Send + 'static {
    const LIST: List;
}

/// One record of a list.
#[derive(Debug, Clone)]
pub(crate) struct LookUpRow<D> {
    pub id: i32,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub external_id: Option<String>,
    /// [`BY_CALL`] or [`BY_CONFIGURATION`].
    pub origin: i32,
    pub created_at: i64,
    pub last_changed: i64,
    pub data: Stored<D>,
}

impl<D: Listed> LookUpRow<D> {
    pub(crate) fn document(&self) -> Result<D, Failure> {
        self.data.read(|| format!("{} {}", D::LIST.counter(), self.id))
    }
}

/// The conditions of one `filter`.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookUpFilter {
    pub mandator_id: MandatorId,
    pub id: Cond<i32>,
    pub identifier: Cond<String>,
    pub external_id: Cond<String>,
    pub last_changed: Window,
}

type Columns<D> = (i32, MandatorId, String, Option<String>, i32, i64, i64, Stored<D>);

fn row_of<D>((id, mandator_id, identifier, external_id, origin, created_at, last_changed, data): Columns<D>) -> LookUpRow<D> {
    LookUpRow { id, mandator_id, identifier, external_id, origin, created_at, last_changed, data }
}

/// The same code for the table of each list.
macro_rules! tables {
    ($($list:ident of $document:ident => $module:ident . $table:ident . $id:ident;)*) => {
        $(impl Listed for $document {
            const LIST: List = List::$list;
        })*

        $(mod $module {
            use super::*;
            use crate::store::schema::$table::dsl as t;

            pub(crate) fn matching<D: Listed>(conn: &mut Conn<'_>, filter: &LookUpFilter) -> Result<Vec<Columns<D>>, Failure> {
                Ok(on!(conn, c => {
                    let mut query = t::$table.filter(t::mandator_id.eq(filter.mandator_id)).order(t::$id).into_boxed();
                    narrow!(query, t::$id, &filter.id);
                    narrow!(query, t::identifier, &filter.identifier);
                    narrow!(query, t::external_id, &filter.external_id);
                    narrow_window!(query, t::last_changed, filter.last_changed);
                    query.load(c)
                })?)
            }

            pub(crate) fn save<D: Listed>(tx: &mut Tx<'_>, rows: &[LookUpRow<D>]) -> Result<(), Failure> {
                let values: Vec<_> = rows
                    .iter()
                    .map(|row| (
                        t::$id.eq(row.id),
                        t::mandator_id.eq(row.mandator_id),
                        t::identifier.eq(&row.identifier),
                        // None must be written, not left out: rows of one statement have the same columns.
                        t::external_id.eq(row.external_id.as_ref()),
                        t::origin.eq(row.origin),
                        t::created_at.eq(row.created_at),
                        t::last_changed.eq(row.last_changed),
                        t::data.eq(&row.data),
                    ))
                    .collect();
                on!(&mut tx.conn, c => diesel::insert_into(t::$table)
                    .values(&values)
                    .on_conflict(t::$id)
                    .do_update()
                    .set((
                        t::identifier.eq(excluded(t::identifier)),
                        t::external_id.eq(excluded(t::external_id)),
                        t::origin.eq(excluded(t::origin)),
                        t::last_changed.eq(excluded(t::last_changed)),
                        t::data.eq(excluded(t::data)),
                    ))
                    .execute(c))?;
                Ok(())
            }
        })*

        /// The records of a list that pass a filter, by number.
        pub(crate) fn matching<D: Listed>(conn: &mut Conn<'_>, filter: &LookUpFilter) -> Result<Vec<LookUpRow<D>>, Failure> {
            let rows = match D::LIST { $(List::$list => $module::matching(conn, filter)?,)* };
            Ok(rows.into_iter().map(row_of).collect())
        }

        fn save_chunk<D: Listed>(tx: &mut Tx<'_>, rows: &[LookUpRow<D>]) -> Result<(), Failure> {
            match D::LIST { $(List::$list => $module::save(tx, rows),)* }
        }
    };
}

tables! {
    DeliveryTimes of DeliveryTime => delivery_times.delivery_times.delivery_time_id;
    DeliveryCharges of DeliveryCharge => delivery_charges.delivery_charge_categories.delivery_charge_category_id;
    TextTypes of TextType => text_types.text_module_types.text_module_type_id;
    ImageTypes of ImageType => image_types.image_module_types.image_module_type_id;
    Templates of Template => templates.templates.template_id;
    CustomerGroups of CustomerGroup => customer_groups.customer_groups.customer_group_id;
    Coupons of Coupon => coupons.coupons.coupon_id;
    Manufacturers of Manufacturer => manufacturers.manufacturers.manufacturer_id;
    Branches of Branch => branches.branches.branch_id;
    Attributes of Attribute => attributes.attributes.attribute_id;
    AttributeSets of AttributeSet => attribute_sets.attribute_sets.attribute_set_id;
    VariantProperties of VariantProperty => variant_attributes.variant_attributes.variant_attribute_id;
    EpaAssemblies of EpaAssembly => epa_assemblies.epa_assemblies.epa_assembly_id;
    EpaBoms of EpaBom => epa_boms.epa_boms.epa_bom_id;
}

/// All records of a mandator's list.
pub(crate) fn of_mandator<D: Listed>(conn: &mut Conn<'_>, mandator_id: MandatorId) -> Result<Vec<LookUpRow<D>>, Failure> {
    matching(conn, &LookUpFilter { mandator_id, ..LookUpFilter::default() })
}

/// Inserts new records and replaces known ones.
pub(crate) fn save<D: Listed>(tx: &mut Tx<'_>, rows: &[LookUpRow<D>]) -> Result<(), Failure> {
    for chunk in rows.chunks(500) {
        save_chunk(tx, chunk)?;
    }
    Ok(())
}

fn is_called<D>(row: &LookUpRow<D>, name: &str) -> bool {
    row.identifier == name || row.external_id.as_deref() == Some(name)
}

/// Makes sure that the list has records of these names: what the configuration names can be seen by the ERP. Records
/// of before that the configuration does not name any more are the ERP's own again.
pub(crate) fn name_by_configuration<D: Listed>(tx: &mut Tx<'_>, mandator_id: MandatorId, names: &[&str]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let known: Vec<LookUpRow<D>> = of_mandator(&mut tx.conn, mandator_id)?;
    let mut changed = Vec::new();
    for row in &known {
        let origin = if names.iter().any(|name| is_called(row, name)) { BY_CONFIGURATION } else { BY_CALL };
        if row.origin != origin {
            changed.push(LookUpRow { origin, last_changed: stamp, ..row.clone() });
        }
    }
    for name in names.iter().filter(|name| !known.iter().any(|row| is_called(row, name))) {
        changed.push(LookUpRow {
            id: next_id(tx, D::LIST.counter())?,
            mandator_id,
            identifier: (*name).to_owned(),
            // Items name shipping cost categories by it.
            external_id: (D::LIST == List::DeliveryCharges).then(|| (*name).to_owned()),
            origin: BY_CONFIGURATION,
            created_at: stamp,
            last_changed: stamp,
            data: Stored::default(),
        });
    }
    save(tx, &changed)
}
