# The script of run.py with soap4r: it reads the WSDL when it runs.

require 'soap/wsdlDriver'
require 'base64'
$stdout.sync = true

def env(name)
  ENV.fetch("KONTOR_#{name}").dup.force_encoding('UTF-8')
end
URL, SKU, NAME, IMAGE = %w[URL SKU NAME IMAGE].map { |name| env(name) }

# guide: connect
def connect(user, password)
  # The encoding of this constant decides what soap4r takes texts for.
  XSD::Charset.encoding = 'UTF8'
  kontor = SOAP::WSDLDriverFactory.new("#{URL}/ws/v1?wsdl").create_rpc_driver
  kontor.options['protocol.http.basic_auth'] << ["#{URL}/", user, password]
  kontor.options['protocol.http.receive_timeout'] = 60
  kontor
end

# A list of one element comes as the element itself, an empty one as an empty string or nothing.
def items_of(wrapper)
  return [] unless wrapper.respond_to?(:item)
  found = wrapper.item
  found.nil? ? [] : found.is_a?(Array) ? found : [found]
end
# end

# guide: article
def article(sku, tax_type = 3, more = {})
  { significantKey: 'INTERNAL_ITEM_NUMBER', referenceId: sku, mandatorId: 1, internalItemNumber: sku,
    identifier: NAME, taxTypeId: tax_type }.merge(more)
end

def text(type, content)
  { textModuleType: type, translations: { item: [{ languageCodeIso: 'de', text: content }] } }
end

def send_articles(kontor, *articles)
  items_of(kontor.updateItems(request: { items: { item: articles } }).result.reports)
end

def send_price(kontor, sku, price)
  validities = { item: [{ prices: { item: [{ itemNr: sku, price: price }] } }] }
  list = { significantKey: 'IDENTIFIER', mandatorId: 1, identifier: 'default', validities: validities }
  items_of(kontor.updatePricelist(request: { pricelists: { item: [list] } }).result.reports)
end

def send_stock(kontor, sku, count)
  booking = { mandatorId: 1, warehouseCode: 'standard', stockCount: count, absolute: true }
  record = { mandatorId: 1, internalItemNumber: sku, stockItems: { item: [booking] } }
  items_of(kontor.updateStockCount(request: { items: { item: [record] } }).result.reports)
end

def fetch_articles(kontor, *skus)
  condition = { mandatorId: { value: 1 }, internalItemNumber: { values: { item: skus } } }
  request = { filters: { item: [condition] }, itemsPerPage: 100, page: 1, imagesAsBase64: true }
  items_of(kontor.fetchItems(request: request).result.items)
end
# end

# guide: order
def fetch_order(kontor, number)
  kontor.syncPlatformOrders(request: { accountIds: { item: [1000] }, processSynchronous: true })
  condition = { mandatorId: { value: 1 }, marketplaceOrderId: { value: number } }
  items_of(kontor.fetchOrders(request: { filters: { item: [condition] }, ordersPerPage: 50, page: 1 }).result.orders)[0]
end

def send_shipped(kontor, order_id, tracking)
  parcel = { trackingNumber: tracking, shippingProviderIdentifier: 'DHL' }
  order = { significantKey: 'ORDER_ID', mandatorId: 1, orderId: order_id, status: 'SHIPPED',
            shippingInformations: { item: [parcel] } }
  items_of(kontor.updateOrderStatus(request: { orders: { item: [order] } }).result.reports)
end
# end

def check(what, right, seen = nil)
  puts right ? "#{what}: ok" : "#{what}: FAILED: #{seen.inspect[0, 300]}"
end

def codes(reports)
  reports.map { |report| report.returnCode.to_i }
end

kontor = connect(env('USER'), env('PASSWORD'))
echoed = kontor.echo(request: { text: NAME }).result.text
check('connect', echoed == NAME, echoed)

one = send_articles(kontor, article(SKU, 3, listPrice: '1234567.8901',
  textModules: { item: [text(15, env('TEXT')), text(16, env('LONG'))] },
  imageModules: { item: [{ imageModuleTypeId: 1, imageBase64: Base64.decode64(IMAGE) }] }))
check('one', codes(one) == [0] && one[0].item.internalItemNumber == SKU, one)
found = fetch_articles(kontor, SKU)[0]
texts = items_of(found.textModules).map { |mod| items_of(mod.translations)[0].text }
check('texts', [found.identifier, *texts] == [NAME, env('TEXT'), env('LONG')], [found.identifier, *texts])
price = found.listPrice.to_s
check('amounts', price == '1234567.8901', found.listPrice)
read = items_of(found.imageModules)[0].imageBase64
check('image', Base64.decode64(read) == Base64.decode64(IMAGE), read)
puts 'note: image: it encodes Base64, but does not decode it'
check('zero', send_articles(kontor) == [] && fetch_articles(kontor, "#{SKU}-none") == [])

skus = (0..24).map { |n| format('%s-%02d', SKU, n) }
many = send_articles(kontor, *skus.map { |sku| article(sku) }).map(&:referenceId)
back = fetch_articles(kontor, *skus).map(&:internalItemNumber).sort
check('many', many == skus && back == skus, many)
mixed = send_articles(kontor, article("#{SKU}-a"), article("#{SKU}-b", 99), article("#{SKU}-c"))
check('bad record', codes(mixed).map(&:zero?) == [true, false, true] && mixed[1].errorDescription != '', mixed)
sent = codes(send_price(kontor, SKU, '12.34') + send_stock(kontor, SKU, 12))
check('price and stock', sent == [0, 0], sent)

begin
  send_articles(connect(env('READER'), env('PASSWORD')), article(SKU))
  check('fault', false, 'a user who may only read has written')
rescue SOAP::FaultError => fault
  code = fault.detail.gatewayFault.errorCode
  check('fault', fault.faultstring.data.include?(code) && fault.faultcode.data.end_with?('Client'), fault)
end

order = fetch_order(kontor, env('ORDER'))
positions = items_of(order.orderItems).map { |line| [line.internalItemNumber, line.quantity.to_i, line.price.to_f] }
shipped = codes(send_shipped(kontor, order.orderId, env('TRACKING')))
check('order', positions == [1, 2].map { |n| ["#{env('ORDER_ITEM')}-#{n}", n, 9.9] } && shipped == [0], [positions, shipped])

begin
  connect(env('USER'), 'wrong').echo(request: {})
  check('password', false, 'it was accepted')
rescue SOAP::FaultError => fault
  check('password', fault.faultstring.data.include?('KONTOR-1001'), fault)
rescue SOAP::HTTPStreamError, StandardError => error
  check('password', error.message =~ /401|Unauthorized/, error)
end
