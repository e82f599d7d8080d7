// A catalogue into Kontor, its orders back.   node catalogue.js load FOLDER | node catalogue.js orders

'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { randomUUID } = require('node:crypto');
const { setTimeout } = require('node:timers/promises');
const soap = require('soap');

const env = (name, otherwise) => process.env[`KONTOR_${name}`] ?? otherwise;
const url = env('URL', 'http://127.0.0.1:8080');
const mandatorId = 1;
const ERP = 'erp'; // in place of the ERP's database: cursors and orders
const DAMAGED = ['SHIRT-L']; // what the warehouse cannot deliver
let kontor; // has a method for each operation of the WSDL

// A list of one element comes as the element itself, an empty list as null.
const itemsOf = (wrapper) => [wrapper?.item ?? []].flat();
const list = (item) => ({ item });

// guide: call
/** Sends one document. If no answer comes, sends the same one with the same key: Kontor books it once. */
async function call(operation, request, key = randomUUID()) {
  for (let attempt = 1; ; attempt++) {
    try {
      const [{ result }] = await kontor[`${operation}Async`]({ request }, { timeout: 60000 }, { 'Idempotency-Key': key });
      for (const warning of itemsOf(result?.warnings)) console.log(`warning: ${operation}: ${warning}`);
      return result ?? {};
    } catch (error) {
      const fault = error.root?.Envelope?.Body?.Fault;
      // Without an answer nobody knows whether it was booked. "Server": it is busy, or its database is away.
      const again = fault ? String(fault.faultcode).endsWith('Server') : !error.response;
      if (!again || attempt === 3) throw error;
      await setTimeout(attempt * 1000);
    }
  }
}

/** The reports of the records that Kontor took. Correct a refused record; do not repeat it. */
async function write(operation, request, key) {
  const reports = itemsOf((await call(operation, request, key)).reports);
  for (const report of reports.filter((one) => one.returnCode < 0)) {
    console.log(`refused: ${operation}: ${report.errorDescription} (${report.returnCode})`);
  }
  return reports.filter((report) => report.returnCode >= 0);
}
// end

// guide: changes
/** The records that changed since the last run. The cursor is stored when its page has been booked. */
async function* changes(operation, records, more = {}) {
  const cursor = path.join(ERP, `${operation}.cursor`);
  let page;
  do {
    const changedSince = fs.existsSync(cursor) ? fs.readFileSync(cursor, 'utf8') : '';
    const filters = list([{ mandatorId: { value: mandatorId } }]); // not the status: an order that leaves a filter is missed
    const result = await call(operation, { filters, ...more, changedSince });
    if (result.report.returnCode < 0) throw new Error(`${operation}: ${result.report.errorDescription}`);
    page = itemsOf(result[records]);
    yield* page;
    fs.writeFileSync(cursor, result.nextChangedSince);
  } while (page.length > 0);
}
// end

/** The rows of a CSV file, by the names in its first line. */
function rows(file) {
  const [names, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split(/\r?\n/).map((line) => line.split(';'));
  return lines.map((line) => Object.fromEntries(names.map((name, n) => [name, line[n]])));
}

// The library writes elements in the order of the object, and the WSDL has an order: keep to it.
const category = (row) => ({
  significantKey: 'EXTERNAL_ID',
  mandatorId,
  identifier: row.name,
  externalId: row.number,
  externalParentId: row.parent || undefined,
});

// guide: article
function article(row, pictures) {
  const text = { languageCodeIso: 'en', text: `${row.name}, made to last.` };
  const record = {
    significantKey: 'INTERNAL_ITEM_NUMBER',
    mandatorId,
    identifier: row.name,
    internalItemNumber: row.sku,
    eanCode: row.ean || undefined,
    taxTypeId: row.tax,
    externalCategoryId: row.category || undefined, // a variant without one has its parent's
  };
  if (row.parent) { // an article of its own, earlier in the file
    const attributes = Object.entries({ Colour: row.colour, Size: row.size })
      .filter(([, value]) => value)
      .map(([property, value]) => ({ property: { identifier: property }, value: { identifier: value } }));
    record.variant = { externalVariantParentId: row.parent, attributes: list(attributes) };
  }
  record.textModules = list([{ textModuleType: 15, translations: list([text]) }]);
  if (row.picture) {
    const imageBase64 = fs.readFileSync(path.join(pictures, row.picture), 'base64');
    record.imageModules = list([{ imageModuleTypeId: 1, imageBase64 }]);
  }
  return record;
}
// end

// guide: prices
function pricelist(identifier, prices) {
  const entries = prices.map(([itemNr, price]) => ({ itemNr, price })); // texts, as in the file: no binary fractions
  return {
    significantKey: 'IDENTIFIER',
    mandatorId,
    identifier,
    fullImport: true, // these prices replace the stored ones
    isoCurrency: 'EUR',
    roundingId: 1,
    gross: true,
    validities: list([{ prices: list(entries) }]),
  };
}
// end

const stock = (row) => ({
  significantKey: 'INTERNAL_ITEM_NUMBER',
  mandatorId,
  internalItemNumber: row.sku,
  stockItems: list([{ mandatorId, warehouseCode: 'standard', stockCount: row.stock, absolute: true }]),
});

async function load(folder) {
  await write('updateCategories', { categories: list(rows(path.join(folder, 'categories.csv')).map(category)) });
  const articles = rows(path.join(folder, 'articles.csv'));
  const records = articles.map((row) => article(row, path.join(folder, 'pictures')));
  const stored = (await write('updateItems', { items: list(records) })).map((report) => report.item.internalItemNumber);
  const sold = articles.filter((row) => stored.includes(row.sku) && row.price); // the parents have no price

  const standard = pricelist('default', sold.map((row) => [row.sku, row.price]));
  const sale = pricelist('sale', sold.filter((row) => row.sale).map((row) => [row.sku, row.sale]));
  await write('updatePricelist', { pricelists: list([standard, sale]) });
  await write('updateStockCount', { items: list(sold.map(stock)) });

  // guide: offers
  const wanted = sold.map((row) => ({ referenceId: row.sku, mandatorId, accountId: 1000, internalItemNumber: row.sku }));
  const prepared = await write('prepareOffers', { offers: list(wanted) });
  for (const { referenceId, offer } of prepared) {
    for (const { name, reason, remedy } of itemsOf(offer.missingValues)) console.log(`incomplete: ${referenceId} ${name}: ${reason}; ${remedy}`);
  }
  const numbers = prepared.map((report) => report.offer.offerId);
  await write('uploadOffers', { offerIds: list(numbers), processSynchronous: true });
  for await (const { severity, code, offerId, text, remedy } of changes('fetchUploadMessages', 'messages')) {
    console.log(`message: ${severity} ${code}, offer ${offerId ?? '-'}: ${text}; ${remedy ?? 'nothing to do'}`);
  }
  // end
  console.log(`loaded: ${stored.length} articles, ${numbers.length} offers`);
}

// guide: orders
async function reportStatus(order, status, details = {}, key) {
  const update = { significantKey: 'ORDER_ID', mandatorId, orderId: order.orderId, status, ...details };
  await write('updateOrderStatus', { orders: list([update]) }, key);
}

/** The same parcel with the same contents is a repeat, so a crash between two parcels does no harm. */
async function ship(order, number, contents) {
  const parcel = {
    externalPacketNumber: `LS-${order.orderNumber}-${number}`,
    trackingNumber: `TRACK-${order.orderNumber}-${number}`,
    shippingProviderIdentifier: 'DHL',
    contents: list(contents.filter(({ quantity }) => quantity > 0)),
  };
  await reportStatus(order, 'SHIPPED', { shippingInformations: list([parcel]) });
}

async function processOrder(order) {
  const lines = itemsOf(order.orderItems);
  const text = lines.map((line) => `${line.internalItemNumber};${line.quantity};${line.price}\n`).join('');
  fs.writeFileSync(path.join(ERP, `order-${order.orderId}.csv`), text); // insert or update: an order that changes comes again
  if (!order.exportDate) await reportStatus(order, 'FETCHED');
  const paid = order.workflow !== 'PREPAYMENT' || order.paymentStatusIdentifier === 'PAID';
  if (!paid || lines.every((line) => Number(line.openQuantity) === 0)) return;
  for (const line of lines) {
    if (!DAMAGED.includes(line.internalItemNumber) || Number(line.openQuantity) === 0) continue;
    // Nothing in the document tells a repeat from a second cancellation, so the key must survive a crash.
    const key = `cancel-${order.orderId}-${line.orderItemId}-${line.cancelledQuantity}`;
    const pieces = { orderItemId: line.orderItemId, quantity: line.openQuantity };
    await reportStatus(order, 'CANCELED', { orderItems: list([pieces]) }, key);
  }
  const [first, ...others] = lines
    .filter((line) => !DAMAGED.includes(line.internalItemNumber))
    .map((line) => ({ orderItemId: line.orderItemId, quantity: line.quantity - line.cancelledQuantity }))
    .filter(({ quantity }) => quantity > 0);
  if (first && (first.quantity > 1 || others.length > 0)) { // one piece today, the others tomorrow
    await ship(order, 1, [{ ...first, quantity: 1 }]);
    await ship(order, 2, [{ ...first, quantity: first.quantity - 1 }, ...others]);
  } else if (first) {
    await ship(order, 1, [first]);
  }
  console.log(`processed: ${order.marketplaceOrderId}`);
}

async function orders() {
  for await (const order of changes('fetchOrders', 'orders', { ordersPerPage: 100 })) await processOrder(order);
}
// end

async function main([what, folder]) {
  fs.mkdirSync(ERP, { recursive: true });
  kontor = await soap.createClientAsync(`${url}/ws/v1?wsdl`, {
    attributesKey: '$attributes', // else `attributes`, which variants have, would become attributes of XML
    wsdl_options: { timeout: 30000 },
  });
  kontor.setSecurity(new soap.BasicAuthSecurity(env('USER', 'erp'), env('PASSWORD', 'example')));
  await (what === 'load' ? load(folder) : orders());
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.root?.Envelope?.Body?.Fault?.faultstring ?? error.message);
  process.exitCode = 1;
});
