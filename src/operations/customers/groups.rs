//! Customer groups: a name, the ERP's own number, a name for people.

use crate::domain::MandatorId;
use crate::domain::lookup::{CustomerGroup, CustomerGroupUpdate, customer_group_fields};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a customer group.
    CustomerGroupKey {
        /// The identifier.
        Identifier = "identifier",
        /// Kontor's number.
        Id = "customer_group_id",
        /// The ERP's own number.
        External = "external_id",
    }
}

wire! {
    /// A customer group.
    CustomerGroupRecord {
        /// Which field identifies the record. Default IDENTIFIER.
        significant_key: Option<CustomerGroupKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the group.
        customer_group_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Identifier; customers may name it. Needed for a new group.
        identifier: Option<String> [max(100), key],
        /// The ERP's own number; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name for people.
        name: Patch<String> [max(200)],
    }
}

impl LookUp for CustomerGroupRecord {
    look_up_columns!(customer_group_id, identifier, external_id);
    look_up_document!(CustomerGroup, CustomerGroupUpdate, customer_group_fields, { customer_group_id identifier external_id });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            CustomerGroupKey::Identifier => By::Name,
            CustomerGroupKey::Id => By::Id,
            CustomerGroupKey::External => By::ExternalId,
        }
    }
}

look_up! {
    CustomerGroupRecord, id: customer_group_id, name: identifier, external: external_id;
    records: customer_groups as "customer_group", report: CustomerGroupReport { customer_group };
    FetchCustomerGroups("fetchCustomerGroups", "Reads customer groups.", CustomerGroupFilter, FetchCustomerGroupsRequest,
        FetchCustomerGroupsResult, customer_groups_per_page);
    UpdateCustomerGroups("updateCustomerGroups", "Creates and changes customer groups, which updateCustomers gives to customers.",
        UpdateGroupsRequest, UpdateGroupsResult);
}
