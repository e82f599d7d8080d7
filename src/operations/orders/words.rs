//! The words of the wire for what the order model knows.

use super::{PaymentStatus, PriceType};
use crate::domain::order;

impl From<PaymentStatus> for order::PaymentStatus {
    fn from(status: PaymentStatus) -> order::PaymentStatus {
        match status {
            PaymentStatus::Unpaid => order::PaymentStatus::Unpaid,
            PaymentStatus::Paid => order::PaymentStatus::Paid,
        }
    }
}

impl From<order::PaymentStatus> for PaymentStatus {
    fn from(status: order::PaymentStatus) -> PaymentStatus {
        match status {
            order::PaymentStatus::Unpaid => PaymentStatus::Unpaid,
            order::PaymentStatus::Paid => PaymentStatus::Paid,
        }
    }
}

impl From<PriceType> for order::PriceType {
    fn from(kind: PriceType) -> order::PriceType {
        match kind {
            PriceType::Gross => order::PriceType::Gross,
            PriceType::Net => order::PriceType::Net,
        }
    }
}

impl From<order::PriceType> for PriceType {
    fn from(kind: order::PriceType) -> PriceType {
        match kind {
            order::PriceType::Gross => PriceType::Gross,
            order::PriceType::Net => PriceType::Net,
        }
    }
}
