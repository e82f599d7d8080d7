// The script of run.py with the npm package `soap`.

'use strict';
const soap = require('soap');
const env = (name) => process.env[`KONTOR_${name}`];
const [url, sku, name] = [env('URL'), env('SKU'), env('NAME')];

// guide: connect
async function connect(user, password) {
  const client = await soap.createClientAsync(`${url}/ws/v1?wsdl`, { wsdl_options: { timeout: 30000 } });
  client.setSecurity(new soap.BasicAuthSecurity(user, password));
  return async (operation, request) => {
    const [answer] = await client[`${operation}Async`]({ request }, { timeout: 60000 });
    return answer.result ?? {};
  };
}

// A list of one element comes as the element itself, an empty list as null.
const itemsOf = (wrapper) => [wrapper?.item ?? []].flat();
// end

// guide: article
const article = (sku, more = {}) => ({
  significantKey: 'INTERNAL_ITEM_NUMBER',
  referenceId: sku,
  mandatorId: 1,
  internalItemNumber: sku,
  identifier: name,
  taxTypeId: 3,
  ...more,
});

const text = (textModuleType, content) => ({
  textModuleType,
  translations: { item: [{ languageCodeIso: 'de', text: content }] },
});

async function sendArticles(kontor, ...articles) {
  return itemsOf((await kontor('updateItems', { items: { item: articles } })).reports);
}

async function sendPrice(kontor, itemNr, price) {
  const validities = { item: [{ prices: { item: [{ itemNr, price }] } }] };
  const list = { significantKey: 'IDENTIFIER', mandatorId: 1, identifier: 'default', validities };
  return itemsOf((await kontor('updatePricelist', { pricelists: { item: [list] } })).reports);
}

async function sendStock(kontor, internalItemNumber, stockCount) {
  const stockItems = { item: [{ mandatorId: 1, warehouseCode: 'standard', stockCount, absolute: true }] };
  return itemsOf((await kontor('updateStockCount', { items: { item: [{ mandatorId: 1, internalItemNumber, stockItems }] } })).reports);
}

async function fetchArticles(kontor, ...skus) {
  const condition = { mandatorId: { value: 1 }, internalItemNumber: { values: { item: skus } } };
  const request = { filters: { item: [condition] }, itemsPerPage: 100, page: 1, imagesAsBase64: true };
  return itemsOf((await kontor('fetchItems', request)).items);
}
// end

// guide: order
async function fetchOrder(kontor, number) {
  await kontor('syncPlatformOrders', { accountIds: { item: [1000] }, processSynchronous: true });
  const condition = { mandatorId: { value: 1 }, marketplaceOrderId: { value: number } };
  return itemsOf((await kontor('fetchOrders', { filters: { item: [condition] }, ordersPerPage: 50, page: 1 })).orders)[0];
}

async function sendShipped(kontor, orderId, trackingNumber) {
  const shippingInformations = { item: [{ trackingNumber, shippingProviderIdentifier: 'DHL' }] };
  const order = { significantKey: 'ORDER_ID', mandatorId: 1, orderId, status: 'SHIPPED', shippingInformations };
  return itemsOf((await kontor('updateOrderStatus', { orders: { item: [order] } })).reports);
}
// end

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const codes = (reports) => reports.map((report) => Number(report.returnCode));
const say = (check, verdict) => console.log(`${check}: ${verdict}`);
const check = (what, right, seen) => say(what, right ? 'ok' : `FAILED: ${JSON.stringify(seen)?.slice(0, 300)}`);

/** The script. `connect` gives a function that calls an operation; `faultOf` and `statusOf` read what was thrown. */
async function script({ connect, faultOf, refused }) {
  const kontor = await connect(env('USER'), env('PASSWORD'));
  const echoed = await kontor('echo', { text: name });
  check('connect', echoed.text === name, echoed);

  const sent = {
    listPrice: '1234567.8901',
    textModules: { item: [text(15, env('TEXT')), text(16, env('LONG'))] },
    imageModules: { item: [{ imageModuleTypeId: 1, imageBase64: env('IMAGE') }] },
  };
  const one = await sendArticles(kontor, article(sku, sent));
  check('one', same(codes(one), [0]) && one[0].item.internalItemNumber === sku, one);
  const [found] = await fetchArticles(kontor, sku);
  const read = [found.identifier, ...itemsOf(found.textModules).map((module) => itemsOf(module.translations)[0].text)];
  const expected = [name, env('TEXT'), env('LONG')];
  if (same(read, expected.map((one) => one.trim()))) say('texts', 'n/a: it trims strings when it reads');
  else check('texts', same(read, expected), read);
  check('amounts', String(found.listPrice) === '1234567.8901', found.listPrice);
  check('image', itemsOf(found.imageModules)[0].imageBase64 === env('IMAGE'), found.imageModules);
  check('zero', same([await sendArticles(kontor), await fetchArticles(kontor, `${sku}-none`)], [[], []]));

  const skus = Array.from({ length: 25 }, (_, n) => `${sku}-${String(n).padStart(2, '0')}`);
  const many = await sendArticles(kontor, ...skus.map((one) => article(one)));
  const back = (await fetchArticles(kontor, ...skus)).map((one) => one.internalItemNumber).sort();
  check('many', same(many.map((report) => report.referenceId), skus) && same(back, skus), many);
  const mixed = await sendArticles(kontor, article(`${sku}-a`), article(`${sku}-b`, { taxTypeId: 99 }), article(`${sku}-c`));
  check('bad record', same(codes(mixed).map((code) => code === 0), [true, false, true]) && mixed[1].errorDescription, mixed);
  const booked = codes([...(await sendPrice(kontor, sku, '12.34')), ...(await sendStock(kontor, sku, 12))]);
  check('price and stock', same(booked, [0, 0]), booked);

  const reader = await connect(env('READER'), env('PASSWORD'));
  const fault = await sendArticles(reader, article(sku)).then(() => null, faultOf);
  const code = fault?.detail?.gatewayFault?.errorCode;
  check('fault', code && fault.faultstring.includes(code) && fault.faultcode.endsWith('Client'), fault);

  const order = await fetchOrder(kontor, env('ORDER'));
  const positions = itemsOf(order.orderItems).map((line) => [line.internalItemNumber, Number(line.quantity), String(line.price)]);
  const shipped = codes(await sendShipped(kontor, Number(order.orderId), env('TRACKING')));
  const item = env('ORDER_ITEM');
  check('order', same([positions, shipped], [[[`${item}-1`, 1, '9.90'], [`${item}-2`, 2, '9.90']], [0]]), [positions, shipped]);

  const stranger = await connect(env('USER'), 'wrong').then((call) => call('echo', {})).then(() => null, (error) => error);
  check('password', stranger && refused(stranger), stranger?.message);
}

function run(stack) {
  script(stack).catch((error) => {
    console.log(`script: FAILED: ${error.stack ?? error}`.slice(0, 3000));
    process.exit(1);
  });
}
module.exports = { run };

if (require.main === module) {
  run({
    connect,
    faultOf: (error) => error.root?.Envelope?.Body?.Fault,
    refused: (error) => error.response?.status === 401,
  });
}
