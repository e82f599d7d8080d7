//! An invoice as data: Cross Industry Invoice, profile EN 16931 (Factur-X 1.0, ZUGFeRD 2). The order of the elements is that of the
//! schema.

use chrono::NaiveDate;

use crate::domain::Decimal;
use crate::domain::invoice::{Extra, Invoice, InvoiceKind, Line, TaxCategory, net_price};
use crate::domain::order::Address;
use crate::xml::write::escape_into;

use super::words::{self, Words};

/// The name under which readers look for it in a PDF.
pub(crate) const FILE_NAME: &str = "factur-x.xml";
const GUIDELINE: &str = "urn:cen.eu:en16931:2017";
/// A piece (UN/ECE recommendation 20).
const PIECE: &str = "H87";

#[derive(Debug, Default)]
struct Xml {
    out: String,
    open: Vec<String>,
}

impl Xml {
    fn start(&mut self, name: &str) {
        self.out.push_str(&format!("<{name}>"));
        self.open.push(name.split(' ').next().unwrap_or(name).to_owned());
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.out.push_str(&format!("</{name}>"));
        }
    }

    /// An element with others in it.
    fn within(&mut self, name: &str, inner: impl FnOnce(&mut Xml)) {
        self.start(name);
        inner(self);
        self.end();
    }

    /// An element with a text, unless that is empty.
    fn leaf(&mut self, name: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.start(name);
            escape_into(&mut self.out, text);
            self.end();
        }
    }

    fn some(&mut self, name: &str, text: Option<&str>) {
        self.leaf(name, text.unwrap_or_default());
    }

    fn day(&mut self, name: &str, day: NaiveDate) {
        self.within(name, |xml| xml.leaf("udt:DateTimeString format=\"102\"", &day.format("%Y%m%d").to_string()));
    }
}

/// The document.
pub(crate) fn write(invoice: &Invoice) -> String {
    let mut xml = Xml { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), ..Xml::default() };
    let namespaces = "rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\" \
        xmlns:ram=\"urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100\" \
        xmlns:qdt=\"urn:un:unece:uncefact:data:standard:QualifiedDataType:100\" \
        xmlns:udt=\"urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100\"";
    xml.within(namespaces, |xml| {
        xml.within("rsm:ExchangedDocumentContext", |xml| {
            xml.within("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.leaf("ram:ID", GUIDELINE));
        });
        xml.within("rsm:ExchangedDocument", |xml| {
            xml.leaf("ram:ID", &invoice.number);
            xml.leaf("ram:TypeCode", if invoice.kind == InvoiceKind::Invoice { "380" } else { "381" });
            xml.day("ram:IssueDateTime", invoice.issued);
            if let Some(reason) = invoice.corrects.as_ref().and_then(|corrected| corrected.reason.as_deref()) {
                xml.within("ram:IncludedNote", |xml| xml.leaf("ram:Content", reason));
            }
        });
        xml.within("rsm:SupplyChainTradeTransaction", |xml| {
            for (line, number) in invoice.lines.iter().zip(1..) {
                position(xml, invoice, line, number);
            }
            agreement(xml, invoice);
            delivery(xml, invoice);
            xml.within("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, invoice));
        });
    });
    xml.out
}

fn amount(invoice: &Invoice, units: i64) -> String {
    invoice.amount(units).with_decimals(2)
}

/// `19.00` is 19.
fn percent(rate: Decimal) -> String {
    rate.with_decimals(2)
}

fn position(xml: &mut Xml, invoice: &Invoice, line: &Line, number: i32) {
    xml.within("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.within("ram:AssociatedDocumentLineDocument", |xml| xml.leaf("ram:LineID", &number.to_string()));
        xml.within("ram:SpecifiedTradeProduct", |xml| {
            xml.some("ram:SellerAssignedID", line.item_number.as_deref());
            xml.leaf("ram:Name", &line.name);
        });
        xml.within("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.within("ram:NetPriceProductTradePrice", |xml| match net_price(line.net, line.quantity, invoice.decimals) {
                Some(price) => xml.leaf("ram:ChargeAmount", &price.with_decimals(2)),
                None => {
                    // The price of all pieces: no price of one gives exactly this.
                    xml.leaf("ram:ChargeAmount", &amount(invoice, line.net));
                    xml.leaf(&format!("ram:BasisQuantity unitCode=\"{PIECE}\""), &line.quantity.to_string());
                }
            });
        });
        xml.within("ram:SpecifiedLineTradeDelivery", |xml| {
            xml.leaf(&format!("ram:BilledQuantity unitCode=\"{PIECE}\""), &line.quantity.to_string());
        });
        xml.within("ram:SpecifiedLineTradeSettlement", |xml| {
            xml.within("ram:ApplicableTradeTax", |xml| category(xml, invoice.category_of(line.tax_rate), line.tax_rate));
            xml.within("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.leaf("ram:LineTotalAmount", &amount(invoice, line.net));
            });
        });
    });
}

fn category(xml: &mut Xml, category: TaxCategory, rate: Decimal) {
    xml.leaf("ram:TypeCode", "VAT");
    xml.leaf("ram:CategoryCode", category.code());
    xml.leaf("ram:RateApplicablePercent", &percent(rate));
}

fn agreement(xml: &mut Xml, invoice: &Invoice) {
    let seller = &invoice.seller;
    xml.within("ram:ApplicableHeaderTradeAgreement", |xml| {
        xml.within("ram:SellerTradeParty", |xml| {
            xml.leaf("ram:Name", &seller.name);
            if seller.contact.is_some() || seller.phone.is_some() || seller.email.is_some() {
                xml.within("ram:DefinedTradeContact", |xml| {
                    xml.some("ram:PersonName", seller.contact.as_deref());
                    if let Some(phone) = &seller.phone {
                        xml.within("ram:TelephoneUniversalCommunication", |xml| xml.leaf("ram:CompleteNumber", phone));
                    }
                    if let Some(email) = &seller.email {
                        xml.within("ram:EmailURIUniversalCommunication", |xml| xml.leaf("ram:URIID", email));
                    }
                });
            }
            xml.within("ram:PostalTradeAddress", |xml| {
                xml.leaf("ram:PostcodeCode", &seller.postal_code);
                xml.leaf("ram:LineOne", &seller.street);
                xml.leaf("ram:CityName", &seller.city);
                xml.leaf("ram:CountryID", &seller.country);
            });
            electronic_address(xml, seller.email.as_deref());
            for (scheme, id) in [("FC", &seller.tax_number), ("VA", &seller.vat_id)] {
                if let Some(id) = id {
                    let name = format!("ram:ID schemeID=\"{scheme}\"");
                    xml.within("ram:SpecifiedTaxRegistration", |xml| xml.leaf(&name, id));
                }
            }
        });
        xml.within("ram:BuyerTradeParty", |xml| {
            party(xml, &invoice.buyer);
            electronic_address(xml, invoice.buyer_email.as_deref());
            if let Some(id) = &invoice.buyer_vat_id {
                xml.within("ram:SpecifiedTaxRegistration", |xml| xml.leaf("ram:ID schemeID=\"VA\"", id));
            }
        });
        xml.within("ram:SellerOrderReferencedDocument", |xml| xml.leaf("ram:IssuerAssignedID", &invoice.order_number));
    });
}

fn electronic_address(xml: &mut Xml, email: Option<&str>) {
    if let Some(email) = email {
        xml.within("ram:URIUniversalCommunication", |xml| xml.leaf("ram:URIID schemeID=\"EM\"", email));
    }
}

fn party(xml: &mut Xml, address: &Address) {
    let name = words::name_of(address);
    xml.leaf("ram:Name", address.firm.as_deref().filter(|firm| !firm.trim().is_empty()).unwrap_or(&name));
    xml.within("ram:PostalTradeAddress", |xml| {
        xml.some("ram:PostcodeCode", address.postal_code.as_deref());
        xml.leaf("ram:LineOne", &words::street_of(address));
        xml.some("ram:LineTwo", address.street_addition.as_deref());
        xml.some("ram:CityName", address.city.as_deref());
        xml.leaf("ram:CountryID", &address.country_code_iso.as_deref().unwrap_or_default().to_ascii_uppercase());
        xml.some("ram:CountrySubDivisionName", address.region.as_deref());
    });
}

fn delivery(xml: &mut Xml, invoice: &Invoice) {
    xml.within("ram:ApplicableHeaderTradeDelivery", |xml| {
        xml.within("ram:ShipToTradeParty", |xml| party(xml, invoice.delivery.as_ref().unwrap_or(&invoice.buyer)));
        if let Some(day) = invoice.delivered {
            xml.within("ram:ActualDeliverySupplyChainEvent", |xml| xml.day("ram:OccurrenceDateTime", day));
        }
    });
}

fn settlement(xml: &mut Xml, invoice: &Invoice) {
    let words = words::of(invoice.language());
    xml.leaf("ram:PaymentReference", &invoice.number);
    xml.leaf("ram:InvoiceCurrencyCode", &invoice.currency);
    means(xml, invoice);
    for group in &invoice.taxes {
        xml.within("ram:ApplicableTradeTax", |xml| {
            let (reason, code) = exemption(invoice, group.category, words);
            xml.leaf("ram:CalculatedAmount", &amount(invoice, group.tax));
            xml.leaf("ram:TypeCode", "VAT");
            xml.leaf("ram:ExemptionReason", reason);
            xml.leaf("ram:BasisAmount", &amount(invoice, group.base));
            xml.leaf("ram:CategoryCode", group.category.code());
            xml.leaf("ram:ExemptionReasonCode", code);
            xml.leaf("ram:RateApplicablePercent", &percent(group.tax_rate));
        });
    }
    for extra in invoice.extras.iter().filter(|extra| extra.net != 0) {
        xml.within("ram:SpecifiedTradeAllowanceCharge", |xml| allowance(xml, invoice, extra, words));
    }
    xml.within("ram:SpecifiedTradePaymentTerms", |xml| {
        xml.leaf("ram:Description", &words::terms(invoice));
        if let Some(due) = invoice.due {
            xml.day("ram:DueDateDateTime", due);
        }
    });
    xml.within("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| sums(xml, invoice));
    if let Some(corrected) = &invoice.corrects {
        xml.within("ram:InvoiceReferencedDocument", |xml| {
            xml.leaf("ram:IssuerAssignedID", &corrected.number);
            xml.within("ram:FormattedIssueDateTime", |xml| {
                xml.leaf("qdt:DateTimeString format=\"102\"", &corrected.issued.format("%Y%m%d").to_string());
            });
        });
    }
}

/// How it is paid: 58 is a SEPA transfer, 1 says that it is not known (UNTDID 4461).
fn means(xml: &mut Xml, invoice: &Invoice) {
    let transfer = invoice.seller.iban.as_ref().filter(|_| invoice.kind == InvoiceKind::Invoice && invoice.payable() > 0);
    xml.within("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
        xml.leaf("ram:TypeCode", if transfer.is_some() { "58" } else { "1" });
        xml.some("ram:Information", invoice.payment_method.as_deref());
        if let Some(iban) = transfer {
            xml.within("ram:PayeePartyCreditorFinancialAccount", |xml| {
                xml.leaf("ram:IBANID", iban);
                xml.leaf("ram:AccountName", &invoice.seller.name);
            });
            if let Some(bic) = &invoice.seller.bic {
                xml.within("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| xml.leaf("ram:BICID", bic));
            }
        }
    });
}

fn exemption<'i>(invoice: &'i Invoice, category: TaxCategory, words: &Words) -> (&'i str, &'static str) {
    match category {
        TaxCategory::S | TaxCategory::Z => ("", ""),
        TaxCategory::E => (invoice.seller.tax_exemption.as_deref().unwrap_or_default(), ""),
        TaxCategory::K => (words.within_eu, "VATEX-EU-IC"),
        TaxCategory::G => (words.export, "VATEX-EU-G"),
    }
}

fn allowance(xml: &mut Xml, invoice: &Invoice, extra: &Extra, words: &Words) {
    let is_charge = extra.net > 0;
    xml.within("ram:ChargeIndicator", |xml| xml.leaf("udt:Indicator", if is_charge { "true" } else { "false" }));
    xml.leaf("ram:ActualAmount", &amount(invoice, extra.net.saturating_abs()));
    xml.leaf("ram:Reason", &words::extra(extra, words));
    xml.within("ram:CategoryTradeTax", |xml| category(xml, invoice.category_of(extra.tax_rate), extra.tax_rate));
}

fn sums(xml: &mut Xml, invoice: &Invoice) {
    let sum = |amounts: &mut dyn Iterator<Item = i64>| amounts.fold(0_i64, i64::saturating_add);
    let charges = sum(&mut invoice.extras.iter().map(|extra| extra.net.max(0)));
    let allowances = sum(&mut invoice.extras.iter().map(|extra| extra.net.min(0))).saturating_neg();
    let grand = invoice.base().saturating_add(invoice.tax());
    xml.leaf("ram:LineTotalAmount", &amount(invoice, sum(&mut invoice.lines.iter().map(|line| line.net))));
    xml.leaf("ram:ChargeTotalAmount", &amount(invoice, charges));
    xml.leaf("ram:AllowanceTotalAmount", &amount(invoice, allowances));
    xml.leaf("ram:TaxBasisTotalAmount", &amount(invoice, invoice.base()));
    xml.leaf(&format!("ram:TaxTotalAmount currencyID=\"{}\"", invoice.currency), &amount(invoice, invoice.tax()));
    if invoice.rounding != 0 {
        xml.leaf("ram:RoundingAmount", &amount(invoice, invoice.rounding));
    }
    xml.leaf("ram:GrandTotalAmount", &amount(invoice, grand));
    if invoice.paid {
        xml.leaf("ram:TotalPrepaidAmount", &amount(invoice, invoice.total));
    }
    xml.leaf("ram:DuePayableAmount", &amount(invoice, invoice.payable()));
}
