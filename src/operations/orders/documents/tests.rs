//! Documents on both databases: what is one, what is refused, and that numbers have no gaps.

use super::create::{CreateDocumentsRequest, CreateDocumentsResult, OrderPapers, WantedDocument};
use super::fetch::{FetchDocumentsRequest, OrderDocumentFilter, OrderDocumentsRecord};
use super::update::{OrderDocumentsUpdate, SentDocument, UpdateDocumentsRequest, UpdateDocumentsResult};
use super::{CreateOrderDocuments, FetchOrderDocuments, UpdateOrderDocuments};
use crate::config::fixture;
use crate::domain::order::{Address, CreditDocument, CreditState, CreditedPieces, PaymentStatus, Workflow};
use crate::domain::order_document::DocumentType;
use crate::domain::{Decimal, MandatorId, OrderId};
use crate::files::{Folder, checksum};
use crate::operations::enclosed::Enclosed;
use crate::operations::orders::tests::{facts, load, order_with, shelf};
use crate::operations::testing::{call, fetch, is, records};
use crate::store::Store;
use crate::store::orders::{self, CreditRow};
use crate::store::testing::on_stores;

/// Two pieces of 10.00 for a buyer in Germany.
fn order(store: &Store) -> OrderId {
    let item = shelf(store);
    another(store, item)
}

fn another(store: &Store, item: crate::domain::ItemId) -> OrderId {
    order_with(store, item, Workflow::Prepayment, |row, _| {
        row.data.currency_code_iso = Some("EUR".into());
        row.data.payment_status_id = Some(PaymentStatus::Paid);
        row.data.shipping_charge = Some(Decimal(49_000));
        row.data.invoice_address =
            Some(Address { last_name: Some("Muster".into()), country_code_iso: Some("DE".into()), ..Address::default() });
    })
}

fn document(number: Option<&str>, content: &[u8]) -> SentDocument {
    SentDocument {
        external_document_number: number.map(str::to_owned),
        base64_doc: Some(Enclosed::of(content)),
        document_type: DocumentType::Invoice,
        ..SentDocument::default()
    }
}

fn update(store: &Store, list: Vec<(OrderId, Vec<SentDocument>)>) -> UpdateDocumentsResult {
    let list = list.into_iter().map(|(order_id, documents)| OrderDocumentsUpdate {
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        documents,
        ..OrderDocumentsUpdate::default()
    });
    let orders = records("order", list.collect::<Vec<_>>());
    call::<UpdateOrderDocuments>(store, UpdateDocumentsRequest { orders, dry_run: None }).result
}

fn create(store: &Store, list: Vec<(OrderId, Vec<WantedDocument>)>) -> CreateDocumentsResult {
    let list = list.into_iter().map(|(order_id, documents)| OrderPapers {
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        documents,
        ..OrderPapers::default()
    });
    let orders = records("order", list.collect::<Vec<_>>());
    call::<CreateOrderDocuments>(store, CreateDocumentsRequest { orders, dry_run: None }).result
}

fn paper(document_type: DocumentType) -> WantedDocument {
    WantedDocument { document_type, ..WantedDocument::default() }
}

/// Return code and numbers of the documents, per report.
fn made(result: &CreateDocumentsResult) -> Vec<(i32, Vec<String>)> {
    let numbers = |report: &super::create::CreatedDocumentsReport| {
        let documents = report.order.iter().flat_map(|order| &order.documents);
        documents.filter_map(|document| document.external_document_number.clone()).collect()
    };
    result.reports.iter().map(|report| (report.return_code, numbers(report))).collect()
}

fn one(number: &str) -> Vec<(i32, Vec<String>)> {
    vec![(0, vec![number.to_owned()])]
}

fn fetched(store: &Store, order_id: OrderId) -> Vec<OrderDocumentsRecord> {
    let filter = OrderDocumentFilter { mandator_id: is(MandatorId(1)), order_ids: is(order_id), ..OrderDocumentFilter::default() };
    fetch::<FetchOrderDocuments>(store, FetchDocumentsRequest { filters: vec![filter], ..FetchDocumentsRequest::default() }).orders
}

#[test]
fn the_same_document_twice_is_one() {
    on_stores(|store| {
        let order = order(store);
        let pdf = b"%PDF-1.4 one";
        update(store, vec![(order, vec![document(None, pdf), document(None, pdf)])]);
        update(store, vec![(order, vec![document(Some("R-1"), pdf)])]);
        let renamed = SentDocument { document_name: Some("Rechnung.pdf".into()), ..document(Some("R-1"), pdf) };
        let result = update(store, vec![(order, vec![renamed])]);
        assert_eq!(result.reports[0].return_code, 0);
        let found = fetched(store, order).remove(0).documents;
        assert_eq!((found.len(), found[0].external_document_number.as_deref()), (1, Some("R-1")), "the number came later");
        assert_eq!((found[0].document_name.as_str(), found[0].base64_doc.as_ref().map(|doc| &*doc.0)), ("Rechnung.pdf", Some(&pdf[..])));
        let differs = update(store, vec![(order, vec![document(Some("R-1"), b"%PDF-1.4 two")])]);
        assert_eq!(differs.reports[0].return_code, -5070);
        update(store, vec![(order, vec![document(Some("R-2"), pdf)])]);
        assert_eq!(fetched(store, order)[0].documents.len(), 2, "another number is another document, of one file");
        assert_eq!(facts(store).iter().filter(|fact| fact.kind == "document_attached").count(), 2, "the channel hears of each once");
    });
}

#[test]
fn a_bad_document_spoils_its_order_only() {
    on_stores(|store| {
        let item = shelf(store);
        let (bad, good) = (another(store, item), another(store, item));
        let named = |name: &str| SentDocument { document_name: Some(name.into()), ..document(None, b"%PDF-1.4 x") };
        for (document, code) in [
            (document(None, b"MZ\x90"), -3070),
            (document(None, b""), -3070),
            (named("../x.pdf"), -3071),
            (named("x.exe"), -3071),
            (SentDocument { local_doc_path: Some("/etc/passwd".into()), ..SentDocument::default() }, -3073),
            (SentDocument::default(), -3001),
            (SentDocument { packet_id: Some(9), ..document(None, b"%PDF-1.4 x") }, -4042),
            (document(None, &[b"%PDF-".as_slice(), &vec![0; fixture::settings().documents.largest_bytes]].concat()), -3072),
        ] {
            let result = update(store, vec![(bad, vec![self::document(None, b"%PDF-1.4 fine"), document]), (good, vec![named("x.pdf")])]);
            let codes: Vec<i32> = result.reports.iter().map(|report| report.return_code).collect();
            assert_eq!(codes, [code, 0], "{:?}", result.reports[0].error_description);
        }
        assert!(fetched(store, bad).is_empty(), "nothing of a refused order is stored");
        assert_eq!(fetched(store, good)[0].documents.len(), 1);
    });
}

#[test]
fn a_lost_file_is_named() {
    on_stores(|store| {
        let order = order(store);
        let content = format!("%PDF-1.4 {:032x}", rand::random::<u128>());
        update(store, vec![(order, vec![document(None, content.as_bytes())])]);
        let sum = checksum(content.as_bytes());
        let folder = fixture::settings().documents.folder;
        assert!(Folder::new(&folder).read(&sum, i64::try_from(content.len()).unwrap()).is_some());
        std::fs::remove_file(folder.join(&sum[..2]).join(&sum)).unwrap();
        let found = fetched(store, order).remove(0).documents.remove(0);
        assert!(found.base64_doc.is_none() && found.content_missing == Some(true), "{found:?}");
    });
}

#[test]
fn numbers_of_invoices_have_no_gaps_and_an_invoice_never_changes() {
    on_stores(|store| {
        let item = shelf(store);
        let (first, second) = (another(store, item), another(store, item));
        let nameless = order_with(store, item, Workflow::Prepayment, |_, _| {});
        let invoice = || vec![paper(DocumentType::Invoice)];
        let result = create(store, vec![(first, invoice()), (nameless, invoice()), (second, invoice())]);
        assert_eq!(made(&result), [(0, vec!["RE-1".into()]), (-5073, vec![]), (0, vec!["RE-2".into()])]);
        let content = |order| fetched(store, order)[0].documents[0].base64_doc.clone();
        let before = content(first);
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, first)?.expect("the order");
                row.data.shipping_charge = Some(Decimal(90_000));
                orders::save(tx, &mut row, "erp")
            })
            .unwrap();
        assert_eq!(made(&create(store, vec![(first, invoice())])), one("RE-1"), "asked again");
        assert_eq!(content(first), before);
        assert_eq!(load(store, first).order.invoice_number.as_deref(), Some("RE-1"));
        let cancelled = create(store, vec![(first, vec![paper(DocumentType::CreditNote), paper(DocumentType::CreditNote)])]);
        assert_eq!(made(&cancelled), [(0, vec!["GU-1".into(), "GU-1".into()])], "what is cancelled is cancelled once");
        assert_eq!(made(&create(store, vec![(first, invoice())])), one("RE-3"), "corrected");
        assert_eq!(load(store, first).order.invoice_number.as_deref(), Some("RE-3"));
    });
}

#[test]
fn a_credit_entry_gets_one_credit_note() {
    on_stores(|store| {
        let order = order(store);
        let wanted = |number: &str| WantedDocument { external_credit_number: Some(number.into()), ..paper(DocumentType::CreditNote) };
        assert_eq!(made(&create(store, vec![(order, vec![wanted("C-1")])]))[0].0, -5076, "no invoice yet");
        create(store, vec![(order, vec![paper(DocumentType::Invoice)])]);
        let position = load(store, order).items[0].order_item_id;
        for (number, amount, quantity) in [("C-1", 80_000, 1), ("C-2", 250_000, 0)] {
            let positions = (quantity > 0).then_some(CreditedPieces { order_item_id: position, quantity }).into_iter().collect();
            let credit = CreditRow {
                credit_entry_id: 0,
                order_id: order,
                mandator_id: MandatorId(1),
                external_credit_number: number.into(),
                amount,
                currency_code_iso: "EUR".into(),
                created_at: 0,
                fact_key: None,
                state: CreditState::Kept,
                settled_at: None,
                data: CreditDocument { positions, ..CreditDocument::default() },
            };
            store.write(move |tx| orders::add_credit(tx, credit)).unwrap();
        }
        let result = create(store, vec![(order, vec![wanted("C-1")])]);
        assert_eq!(made(&result), one("GU-1"));
        assert_eq!(made(&create(store, vec![(order, vec![wanted("C-1")])])), one("GU-1"), "a repeat");
        let codes: Vec<i32> = ["C-2", "C-3"].map(|number| made(&create(store, vec![(order, vec![wanted(number)])]))[0].0).into();
        assert_eq!(codes, [-5079, -4043], "more than is left, and no such entry");
        assert_eq!(made(&create(store, vec![(order, vec![paper(DocumentType::CreditNote)])])), one("GU-2"), "the rest");
    });
}

#[test]
fn what_kontor_does_not_make_is_refused() {
    on_stores(|store| {
        let item = shelf(store);
        let order = another(store, item);
        let made_of = |kind| made(&create(store, vec![(order, vec![paper(kind)])]))[0].0;
        assert_eq!((made_of(DocumentType::ShippingLabel), made_of(DocumentType::DeliveryNote)), (-5078, 0));
        store.write(move |tx| orders::add_tags(tx, order, &["EXTERNAL_INVOICING".to_owned()])).unwrap();
        assert_eq!(made_of(DocumentType::Invoice), -5074);
        let many = (0..201).map(|_| paper(DocumentType::DeliveryNote)).collect();
        let orders = records("order", vec![OrderPapers { mandator_id: MandatorId(1), documents: many, ..OrderPapers::default() }]);
        let refused = store.write(move |tx| {
            let (settings, user) = (fixture::settings(), fixture::user("erp"));
            let mut work = crate::operations::Work {
                tx,
                settings: &settings,
                user: &user,
                face: crate::domain::Face::Compat,
                by_person: false,
                accounts: Vec::new(),
                additive: false,
                synchronous: false,
                awaits: Vec::new(),
                refused: Default::default(),
                advice: Default::default(),
            };
            let request = CreateDocumentsRequest { orders, dry_run: None };
            <CreateOrderDocuments as crate::operations::WriteOperation>::handle(&mut work, request).map(drop)
        });
        assert_eq!(refused.unwrap_err().code.number, 3015);
    });
}
