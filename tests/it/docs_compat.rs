//! README and documents agree with the catalogue. `KONTOR_UPDATE=1 cargo test --test it docs_compat` writes what is generated.

use std::collections::BTreeSet;
use std::path::Path;

use kontor::operations::wire::{TypeDef, Types};
use kontor::operations::{CATALOGUE, find};

/// The 98 operations of the CONNECT webservice.
const CONNECT: &str = "
    adjustOrders cancelOrders confirmShippingLabels createCreditEntry createDisputes createOrderDocuments
    createShippingLabels deleteItems deleteOffers doShippingSoftwareExport echo endOffers fetchAccountCategories
    fetchAccounts fetchAttributeSets fetchAttributes fetchBranches fetchCategories fetchCustomerGroups fetchCustomers
    fetchDeliveryChargeCategories fetchDeliveryTimes fetchDispatchTypes fetchDisputes fetchEpaAssemblies fetchEpaBoms
    fetchFeedback fetchFeedbackSummaries fetchFeeds fetchImageModuleTypes fetchItems fetchMandators
    fetchManufacturers fetchMedia fetchMediaModuleType fetchMessages fetchOffers fetchOrderDocuments fetchOrderTags
    fetchOrders fetchPaymentInstructions fetchPaymentMethods fetchPayments fetchPlatformCategoryAttributes
    fetchPricelist fetchShippingCarriers fetchShippingGroups fetchShippingLabels fetchStockCount
    fetchStockReservations fetchSubChannels fetchSuppliers fetchTemplates fetchTextModuleTypes fetchUploadMessages
    fetchVariantAttributes fetchWarehouses openItemOnClient openOrderOnClient prepareOffers relistOffers sendMessages
    syncPlatformCoupons syncPlatformCustomers syncPlatformItems syncPlatformOrders transferMoney
    updateAccountCategories updateAttributeSets updateAttributes updateBranches updateCategories updateCoupons
    updateCustomerGroups updateCustomers updateDeliveryChargeCategories updateDeliveryTimes updateEpaAssemblies
    updateEpaBoms updateImageModuleTypes updateItemAccountCategoryMapping updateItems updateManufacturers updateMedia
    updateMessages updateOffers updateOrderDocuments updateOrderStatus updateOrders updatePayments updatePricelist
    updatePrices updateStockCount updateTemplates updateTextModuleTypes updateVariantAttributeValues
    updateVariantAttributes uploadOffers
";

/// Operations that CONNECT does not know.
const OWN: &[&str] = &["explainOffer", "fetchCoupons", "fetchOfferState", "fetchPendingChanges", "retryChanges"];

/// What people want to do, and the operations for it.
const GROUPS: &[(&str, &str)] = &[
    (
        "Get to know the installation",
        "echo fetchMandators fetchSubChannels fetchAccounts fetchWarehouses fetchShippingGroups fetchSuppliers",
    ),
    (
        "Describe articles",
        "updateItems fetchItems deleteItems updateCategories fetchCategories updateManufacturers fetchManufacturers updateDeliveryTimes
         fetchDeliveryTimes updateDeliveryChargeCategories fetchDeliveryChargeCategories updateTextModuleTypes fetchTextModuleTypes
         updateImageModuleTypes fetchImageModuleTypes updateTemplates fetchTemplates updateMedia fetchMedia fetchMediaModuleType",
    ),
    (
        "Give them attributes and variants",
        "updateAttributes fetchAttributes updateAttributeSets fetchAttributeSets updateVariantAttributes fetchVariantAttributes
         updateVariantAttributeValues",
    ),
    ("Sell sets", "updateEpaAssemblies fetchEpaAssemblies updateEpaBoms fetchEpaBoms"),
    ("Set prices", "updatePricelist fetchPricelist updatePrices updateCoupons fetchCoupons syncPlatformCoupons"),
    ("Book stock", "updateStockCount fetchStockCount fetchStockReservations updateBranches fetchBranches"),
    (
        "Fit articles to channels",
        "fetchAccountCategories updateAccountCategories updateItemAccountCategoryMapping fetchPlatformCategoryAttributes explainOffer",
    ),
    (
        "List offers and see what became of them",
        "prepareOffers uploadOffers endOffers relistOffers updateOffers deleteOffers fetchOffers fetchOfferState fetchUploadMessages
         syncPlatformItems fetchPendingChanges retryChanges fetchFeeds openItemOnClient",
    ),
    (
        "Collect orders and report what happened",
        "fetchOrders updateOrders updateOrderStatus cancelOrders adjustOrders createCreditEntry syncPlatformOrders fetchOrderTags
         openOrderOnClient",
    ),
    (
        "Ship",
        "fetchShippingCarriers fetchDispatchTypes createShippingLabels confirmShippingLabels fetchShippingLabels doShippingSoftwareExport",
    ),
    ("Take and give back money", "updatePayments fetchPayments fetchPaymentMethods fetchPaymentInstructions transferMoney"),
    ("Write invoices and other documents", "updateOrderDocuments createOrderDocuments fetchOrderDocuments"),
    (
        "Keep in touch with buyers",
        "updateCustomers fetchCustomers updateCustomerGroups fetchCustomerGroups syncPlatformCustomers fetchMessages sendMessages
         updateMessages createDisputes fetchDisputes fetchFeedback fetchFeedbackSummaries",
    ),
];

fn connect() -> Vec<&'static str> {
    CONNECT.split_whitespace().collect()
}

fn path(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn the_guide_names_the_operations_with_a_cursor_and_no_others() {
    let guide = read("docs/erp/README.md");
    let section = guide.split_once("## Fetching changes").and_then(|(_, rest)| rest.split_once("\n1. ")).expect("the section").0;
    let named: BTreeSet<&str> = section.split('`').filter(|word| find(word).is_some()).collect();
    let has_cursor = |operation: &&kontor::operations::Operation| {
        let mut types = Types::default();
        let (request, _) = (operation.types)(&mut types);
        let Some((_, TypeDef::Structure { fields, .. })) = types.all.get(&request) else { return false };
        fields.iter().any(|field| field.spec.name == "changed_since")
    };
    let with: BTreeSet<&str> = CATALOGUE.iter().filter(has_cursor).map(|operation| operation.name).collect();
    assert_eq!(named, with);
}

/// The part of a page between two marks has to be this text.
pub(crate) fn compare(file: &str, mark: &str, generated: &str) {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let page = read(file);
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{file} lacks {begin}"));
    let (there, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{file} lacks {end}"));
    let wanted = format!("\n{generated}\n");
    if there == wanted {
        return;
    }
    assert!(
        std::env::var_os("KONTOR_UPDATE").is_some(),
        "{file}: the part \"{mark}\" differs from the code; run `KONTOR_UPDATE=1 cargo test --test it docs`"
    );
    std::fs::write(path(file), format!("{before}{begin}{wanted}{end}{after}")).unwrap();
}

/// Names as code, some to a line.
fn as_code(names: &[&str]) -> String {
    let mut text = String::new();
    let mut line = 0;
    for (index, name) in names.iter().enumerate() {
        let word = format!("`{name}`{}", if index + 1 == names.len() { "." } else { "," });
        if line > 0 && line + 1 + word.len() > 118 {
            text.push('\n');
            line = 0;
        } else if line > 0 {
            text.push(' ');
            line += 1;
        }
        line += word.len();
        text.push_str(&word);
    }
    text
}

/// The operations of the groups, each with what it does.
fn grouped() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let doc = |name| find(name).unwrap_or_else(|| panic!("{name} is in a group, but not in the catalogue")).doc;
    GROUPS.iter().map(|(title, names)| (*title, names.split_whitespace().map(|name| (name, doc(name))).collect())).collect()
}

#[test]
fn each_operation_is_in_one_group() {
    let mut named: Vec<&str> = grouped().into_iter().flat_map(|(_, rows)| rows).map(|(name, _)| name).collect();
    let mut there: Vec<&str> = CATALOGUE.iter().map(|operation| operation.name).collect();
    named.sort_unstable();
    there.sort_unstable();
    assert_eq!(named, there);
}

#[test]
fn the_documents_list_the_operations_by_what_people_want_to_do() {
    let (all, own) = (connect().len(), OWN.len());
    let there = CATALOGUE.len() - own;
    let text = format!("{there} of the {all} operations of CONNECT and {own} of our own, on both faces.\n");
    compare("README.md", "operations", &text);

    let section = |(title, rows): (&str, Vec<(&str, &str)>)| {
        let table: String = rows.iter().map(|(name, doc)| format!("| `{name}` | {doc} |\n")).collect();
        format!("## {title}\n\n| operation | |\n| --- | --- |\n{table}")
    };
    let text: Vec<String> = grouped().into_iter().map(section).collect();
    compare("docs/OPERATIONS.md", "operations", &text.join("\n"));
}

#[test]
fn the_documents_name_what_of_connect_is_missing() {
    let all = connect();
    assert_eq!(all.len(), 98);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 98, "a name stands twice");
    for operation in CATALOGUE {
        let known = all.contains(&operation.name) || OWN.contains(&operation.name);
        assert!(known, "{} is no operation of CONNECT; name it as our own", operation.name);
    }
    let missing: Vec<&str> = all.into_iter().filter(|name| find(name).is_none()).collect();
    compare("docs/COMPATIBILITY.md", "missing", &format!("{} of 98:\n\n{}\n", missing.len(), as_code(&missing)));
}

#[test]
fn the_documents_compare_every_operation_with_connect() {
    let page = read("docs/COMPATIBILITY.md");
    let (_, rest) = page.split_once("| operation | documented | inferred | own |\n").expect("the table");
    let rows: Vec<Vec<&str>> = rest
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let named: Vec<String> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let wanted: Vec<String> = CATALOGUE.iter().map(|operation| operation.name.to_owned()).collect();
    assert_eq!(named, wanted, "one row per operation, in the order of the catalogue");
    for row in rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(row[1..].iter().any(|cell| !cell.is_empty()), "{row:?} says nothing");
    }
}

#[test]
fn the_documents_link_to_files_that_exist() {
    let of = |folder: &'static str| {
        let entries = std::fs::read_dir(path(folder)).unwrap();
        entries.map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
    };
    for page in of("docs").chain(of("docs/channels")).chain(["README.md".to_owned()]).filter(|page| page.ends_with(".md")) {
        let folder = path(&page).parent().unwrap().to_path_buf();
        let text = read(&page);
        for part in text.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.contains(char::is_whitespace) {
                continue;
            }
            assert!(folder.join(file).exists(), "{page} links to {target}");
        }
    }
}
