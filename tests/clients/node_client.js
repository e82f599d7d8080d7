// The story of run.py with the npm package `soap`, on the typed face.

'use strict';
const soap = require('soap');

const { KONTOR_URL: url, KONTOR_SKU: sku, KONTOR_USER: user, KONTOR_PASSWORD: password } = process.env;
const ACCOUNT = 1000;
const NAME = `Größe "L" & 'fein' <neu>`;
const SHORT_TEXT = '  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr';
const LONG_TEXT = 'Ein langer Text über Äpfel. '.repeat(2000);
const tracking = `T-${sku}`;

function check(what, condition, seen) {
  if (!condition) {
    console.log(`FAILED ${what}: ${JSON.stringify(seen)?.slice(0, 1500)}`);
    process.exit(1);
  }
  console.log(`ok ${what}`);
}
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
// Depending on the WSDL a list of one element comes as the element itself.
const list = (wrapper) => (wrapper?.item === undefined ? [] : [].concat(wrapper.item));
const codes = (records) => records.map((r) => r.code);

async function connect(secret) {
  const client = await soap.createClientAsync(`${url}/ws/v1?wsdl`, { wsdl_options: { timeout: 30000 } });
  client.setSecurity(new soap.BasicAuthSecurity(user, secret));
  return client;
}

// Payloads: all the names of the WSDL that this client uses are here.
class Typed {
  constructor(client) {
    this.client = client;
  }

  async call(operation, request) {
    const [answer] = await this.client[`${operation}Async`]({ request }, { timeout: 60000 });
    return answer.result ?? {};
  }

  records(result) {
    return list(result.reports).map((r) => ({
      code: r.returnCode, reference: r.referenceId, error: r.errorDescription, itemId: r.item?.itemId, offerId: r.offer?.offerId,
    }));
  }

  echo() {
    return this.call('echo', {});
  }

  async items(...rows) {
    const item = rows.map(([referenceId, internalItemNumber, taxTypeId, text]) => ({
      significantKey: 'INTERNAL_ITEM_NUMBER',
      referenceId,
      mandatorId: 1,
      internalItemNumber,
      identifier: NAME,
      taxTypeId,
      textModules: { item: [{ textModuleType: 15, translations: { item: [{ languageCodeIso: 'de', text }] } }] },
    }));
    return this.records(await this.call('updateItems', { items: { item } }));
  }

  async price(itemNr, price) {
    return this.records(await this.call('updatePricelist', {
      pricelists: {
        item: [{
          significantKey: 'IDENTIFIER',
          mandatorId: 1,
          identifier: 'default',
          fullImport: false,
          isoCurrency: 'EUR',
          roundingId: 1,
          gross: true,
          validities: { item: [{ prices: { item: [{ itemNr, price }] } }] },
        }],
      },
    }));
  }

  async stock(internalItemNumber, stockCount) {
    const stockItems = { item: [{ mandatorId: 1, warehouseCode: 'standard', stockCount, absolute: true }] };
    return this.records(await this.call('updateStockCount', {
      items: { item: [{ significantKey: 'INTERNAL_ITEM_NUMBER', mandatorId: 1, internalItemNumber, stockItems }] },
    }));
  }

  async prepare(itemId) {
    return this.records(await this.call('prepareOffers', { offers: { item: [{ mandatorId: 1, accountId: ACCOUNT, itemId }] } }));
  }

  async upload(offerId) {
    return this.records(await this.call('uploadOffers', { offerIds: { item: [offerId] }, processSynchronous: true }));
  }

  async sync() {
    return this.records(await this.call('syncPlatformOrders', { accountIds: { item: [ACCOUNT] }, processSynchronous: true }));
  }

  async orders() {
    const result = await this.call('fetchOrders', {
      filters: { item: [{ mandatorId: { value: 1 }, exportDate: { isNull: true } }] },
      ordersPerPage: 50,
      page: 1,
    });
    check('fetchOrders reports success', result.report.returnCode === 0, result.report);
    return list(result.orders).map((o) => ({
      id: o.orderId,
      number: o.marketplaceOrderId,
      positions: list(o.orderItems).map((i) => [i.internalItemNumber, Number(i.quantity)]),
    }));
  }

  async shipped(...orderIds) {
    const item = orderIds.map((orderId) => ({
      significantKey: 'ORDER_ID',
      mandatorId: 1,
      orderId,
      status: 'SHIPPED',
      shippingInformations: { item: [{ trackingNumber: tracking, shippingProviderIdentifier: 'DHL' }] },
    }));
    return this.records(await this.call('updateOrderStatus', { orders: { item } }));
  }
}

async function http(method, address, body) {
  const response = await fetch(address, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30000),
  });
  return [response.status, await response.json()];
}

async function main() {
  const face = new Typed(await connect(password));
  await face.echo();
  console.log('ok echo');

  check('no record, no report', same(await face.items(), []));
  let records = await face.items(['r1', sku, 3, SHORT_TEXT], ['r2', `${sku}-bad`, 99, 'x'], ['r3', `${sku}-long`, 3, LONG_TEXT]);
  check('one report per record, in order', same(records.map((r) => r.reference), ['r1', 'r2', 'r3']), records);
  check('the bad record alone fails', same(codes(records).map((c) => c < 0), [false, true, false]), records);
  check('and says why', Boolean(records[1].error), records);
  records = await face.items(['r1', sku, 3, SHORT_TEXT]);
  check('one record, one report', same(codes(records), [0]), records);
  const { itemId } = records[0];

  check('price', same(codes(await face.price(sku, '9.90')), [0]));
  check('stock', same(codes(await face.stock(sku, 12)), [0]));
  records = await face.prepare(itemId);
  check('prepareOffers', same(codes(records), [0]), records);
  records = await face.upload(records[0].offerId);
  check('uploadOffers', same(codes(records), [0]), records);

  const sandbox = `${url}/sandbox/${ACCOUNT}`;
  const [found, offer] = await http('GET', `${sandbox}/offers/${encodeURIComponent(sku)}`);
  check('the offer reached the channel', found === 200, offer);
  check('with texts untouched',
    same([offer.title, offer.description, Number(offer.price), offer.quantity], [NAME, SHORT_TEXT, 9.9, 12]), offer);
  const [status, bought] = await http('POST', `${sandbox}/orders`, { lines: [{ sku, quantity: 2 }] });
  check('a buyer orders', status < 300, bought);
  records = await face.sync();
  check('syncPlatformOrders', records.length > 0 && codes(records).every((c) => c === 0), records);
  const mine = (await face.orders()).filter((o) => o.number === bought.order_id);
  check('fetchOrders brings the order once', mine.length === 1, mine);
  check('with its position', same(mine[0].positions, [[sku, 2]]), mine);
  records = await face.shipped(mine[0].id, 2000000000);
  check('shipped, and an unknown order fails alone', same(codes(records).map((c) => c < 0), [false, true]), records);
  const [, order] = await http('GET', `${sandbox}/orders/${bought.order_id}`);
  check('the channel knows the parcel', order.status === 'shipped' && JSON.stringify(order).includes(tracking), order);

  // Something that the gateway has to understand and does not: the one fault that a client can cause on purpose.
  face.client.addSoapHeader('<x:Unknown xmlns:x="urn:example" soap:mustUnderstand="1"/>');
  const fault = await face.echo().then(() => null, (error) => error.root?.Envelope?.Body?.Fault);
  check('a header that nobody understands is a fault', /MustUnderstand/.test(fault?.faultcode?.$value ?? fault?.faultcode), fault);

  const stranger = new Typed(await connect('wrong'));
  const refused = await stranger.echo().then(() => null, (error) => error);
  check('a wrong password is refused', refused?.response?.status === 401, refused?.message);
}

main().catch((error) => {
  console.log(`FAILED ${error.stack ?? error}`.slice(0, 3000));
  process.exit(1);
});
