//! Warehouses: found by id or code, and those that an order takes pieces from.

use super::{Settings, Warehouse};
use crate::domain::order::Warehouses;
use crate::domain::{AccountId, MandatorId, WarehouseId};

impl Settings {
    pub fn warehouse_by_id(&self, warehouse_id: WarehouseId) -> Option<&Warehouse> {
        self.warehouses.iter().find(|w| w.warehouse_id == warehouse_id)
    }

    pub fn warehouse_by_code(&self, mandator_id: MandatorId, code: &str) -> Option<&Warehouse> {
        self.warehouses.iter().find(|w| w.mandator_id == mandator_id && w.code.eq_ignore_ascii_case(code))
    }
}

impl Warehouses for Settings {
    fn serving(&self, account_id: Option<AccountId>, mandator_id: MandatorId, branch_code: Option<&str>) -> Vec<WarehouseId> {
        let of_account = account_id.and_then(|id| self.account(id)).map(|account| account.warehouses.clone());
        let mut warehouses = of_account
            .filter(|warehouses| !warehouses.is_empty())
            .unwrap_or_else(|| self.warehouses.iter().filter(|w| w.mandator_id == mandator_id).map(|w| w.warehouse_id).collect());
        if let Some(branch) = branch_code.and_then(|code| self.warehouse_by_code(mandator_id, code)) {
            warehouses.retain(|id| *id != branch.warehouse_id);
            warehouses.insert(0, branch.warehouse_id);
        }
        warehouses
    }
}
