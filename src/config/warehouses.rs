//! Warehouses: found by id or code, and those that an order takes pieces from.

use super::{Settings, Warehouse};
use crate::domain::{AccountId, MandatorId, WarehouseId};

impl Settings {
    pub fn warehouse_by_id(&self, warehouse_id: WarehouseId) -> Option<&Warehouse> {
        self.warehouses.iter().find(|w| w.warehouse_id == warehouse_id)
    }

    pub fn warehouse_by_code(&self, mandator_id: MandatorId, code: &str) -> Option<&Warehouse> {
        self.warehouses.iter().find(|w| w.mandator_id == mandator_id && w.code.eq_ignore_ascii_case(code))
    }

    /// The warehouses that serve an order which may be picked up in a branch: that one's warehouse comes before all others.
    pub(crate) fn warehouses_for(
        &self,
        account_id: Option<AccountId>,
        mandator_id: MandatorId,
        branch_code: Option<String>,
    ) -> Vec<WarehouseId> {
        let mut warehouses = self.warehouses_of(account_id, mandator_id);
        if let Some(branch) = branch_code.and_then(|code| self.warehouse_by_code(mandator_id, &code)) {
            warehouses.retain(|id| *id != branch.warehouse_id);
            warehouses.insert(0, branch.warehouse_id);
        }
        warehouses
    }

    /// The warehouses that serve an order, in the order in which they are used: those of its account, else all of the
    /// mandator.
    pub fn warehouses_of(&self, account_id: Option<AccountId>, mandator_id: MandatorId) -> Vec<WarehouseId> {
        let of_account = account_id.and_then(|id| self.account(id)).map(|account| account.warehouses.clone());
        of_account
            .filter(|warehouses| !warehouses.is_empty())
            .unwrap_or_else(|| self.warehouses.iter().filter(|w| w.mandator_id == mandator_id).map(|w| w.warehouse_id).collect())
    }
}
