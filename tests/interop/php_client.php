<?php
// The script of run.py with PHP's SoapClient.

declare(strict_types=1);

[$url, $user, $reader, $password, $sku, $name, $text, $long] = array_map(
    fn (string $key) => (string) getenv("KONTOR_$key"),
    ['URL', 'USER', 'READER', 'PASSWORD', 'SKU', 'NAME', 'TEXT', 'LONG'],
);
$image = base64_decode((string) getenv('KONTOR_IMAGE'));
[$number, $orderItem, $tracking] = [getenv('KONTOR_ORDER'), getenv('KONTOR_ORDER_ITEM'), getenv('KONTOR_TRACKING')];

// guide: connect
function connect(string $url, string $user, string $password): SoapClient
{
    ini_set('default_socket_timeout', '60'); // of each answer, in seconds
    return new SoapClient("$url/ws/v1?wsdl", [
        'login' => $user,
        'password' => $password,
        'cache_wsdl' => WSDL_CACHE_NONE, // while developing; else a WSDL is kept for a day
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS, // else a list of one element is the element itself
        'connection_timeout' => 30,
    ]);
}

/** The elements of a list; PHP leaves `item` out of an empty one. */
function itemsOf(?object $wrapper): array
{
    return $wrapper->item ?? [];
}
// end

// guide: article
function article(string $sku, string $name, int $taxType = 3, array $more = []): array
{
    return [
        'significantKey' => 'INTERNAL_ITEM_NUMBER',
        'referenceId' => $sku,
        'mandatorId' => 1,
        'internalItemNumber' => $sku,
        'identifier' => $name,
        'taxTypeId' => $taxType,
    ] + $more;
}

function text(int $type, string $content): array
{
    return ['textModuleType' => $type, 'translations' => ['item' => [['languageCodeIso' => 'de', 'text' => $content]]]];
}

function sendArticles(SoapClient $kontor, array ...$articles): array
{
    $result = $kontor->updateItems(['request' => ['items' => ['item' => $articles]]])->result;
    return itemsOf($result->reports ?? null);
}

function sendPrice(SoapClient $kontor, string $sku, string $price): array
{
    $prices = ['item' => [['itemNr' => $sku, 'price' => $price]]];
    $list = ['significantKey' => 'IDENTIFIER', 'mandatorId' => 1, 'identifier' => 'default', 'validities' => ['item' => [['prices' => $prices]]]];
    return itemsOf($kontor->updatePricelist(['request' => ['pricelists' => ['item' => [$list]]]])->result->reports);
}

function sendStock(SoapClient $kontor, string $sku, int $count): array
{
    $booking = ['mandatorId' => 1, 'warehouseCode' => 'standard', 'stockCount' => $count, 'absolute' => true];
    $record = ['mandatorId' => 1, 'internalItemNumber' => $sku, 'stockItems' => ['item' => [$booking]]];
    return itemsOf($kontor->updateStockCount(['request' => ['items' => ['item' => [$record]]]])->result->reports);
}

function fetchArticles(SoapClient $kontor, string ...$skus): array
{
    $condition = ['mandatorId' => ['value' => 1], 'internalItemNumber' => ['values' => ['item' => $skus]]];
    $request = ['filters' => ['item' => [$condition]], 'itemsPerPage' => 100, 'page' => 1, 'imagesAsBase64' => true];
    return itemsOf($kontor->fetchItems(['request' => $request])->result->items ?? null);
}
// end

// guide: order
function fetchOrder(SoapClient $kontor, string $number): object
{
    $kontor->syncPlatformOrders(['request' => ['accountIds' => ['item' => [1000]], 'processSynchronous' => true]]);
    $condition = ['mandatorId' => ['value' => 1], 'marketplaceOrderId' => ['value' => $number]];
    $request = ['filters' => ['item' => [$condition]], 'ordersPerPage' => 50, 'page' => 1];
    return itemsOf($kontor->fetchOrders(['request' => $request])->result->orders)[0];
}

function sendShipped(SoapClient $kontor, int $orderId, string $tracking): array
{
    $order = [
        'significantKey' => 'ORDER_ID',
        'mandatorId' => 1,
        'orderId' => $orderId,
        'status' => 'SHIPPED',
        'shippingInformations' => ['item' => [['trackingNumber' => $tracking, 'shippingProviderIdentifier' => 'DHL']]],
    ];
    return itemsOf($kontor->updateOrderStatus(['request' => ['orders' => ['item' => [$order]]]])->result->reports);
}
// end

function check(string $name, bool $right, mixed $seen = null): void
{
    echo $right ? "$name: ok\n" : "$name: FAILED: " . substr((string) json_encode($seen, JSON_UNESCAPED_UNICODE), 0, 300) . "\n";
}

$kontor = connect($url, $user, $password);
$echoed = $kontor->echo(['request' => ['text' => $name]])->result->text;
// The description for SAP: PHP knows no policy, and has to pass over it.
$sap = new SoapClient(__DIR__ . '/../../wsdl/kontor-sap.wsdl', ['location' => "$url/ws/v1", 'login' => $user, 'password' => $password]);
$ofMandator = ['filters' => ['item' => [['mandatorId' => ['value' => 1]]]]];
$short = $sap->fetchChargeCategories(['request' => $ofMandator])->result;
check('connect', $echoed === $name && is_object($short), $echoed);

$one = sendArticles($kontor, article($sku, $name, more: [
    'listPrice' => '1234567.8901',
    'textModules' => ['item' => [text(15, $text), text(16, $long)]],
    'imageModules' => ['item' => [['imageModuleTypeId' => 1, 'imageBase64' => $image]]],
]));
check('one', array_column($one, 'returnCode') === [0] && $one[0]->item->internalItemNumber === $sku, $one);
$found = fetchArticles($kontor, $sku)[0];
$texts = array_map(fn (object $module) => $module->translations->item[0]->text, $found->textModules->item);
check('texts', [$found->identifier, ...$texts] === [$name, $text, $long], [$found->identifier, ...$texts]);
check('amounts', $found->listPrice === '1234567.8901', $found->listPrice);
check('image', $found->imageModules->item[0]->imageBase64 === $image, $found->imageModules->item[0]->imageModuleTypeId);
check('zero', sendArticles($kontor) === [] && fetchArticles($kontor, "$sku-none") === []);

$skus = array_map(fn (int $n) => sprintf('%s-%02d', $sku, $n), range(0, 24));
$many = sendArticles($kontor, ...array_map(fn (string $one) => article($one, $name), $skus));
$back = array_column(fetchArticles($kontor, ...$skus), 'internalItemNumber');
sort($back);
check('many', array_column($many, 'referenceId') === $skus && $back === $skus, $many);
$mixed = sendArticles($kontor, article("$sku-a", $name), article("$sku-b", $name, 99), article("$sku-c", $name));
$good = array_map(fn (object $report) => $report->returnCode === 0, $mixed) === [true, false, true];
check('bad record', $good && $mixed[1]->errorDescription !== '', $mixed);
$sent = array_column([...sendPrice($kontor, $sku, '12.34'), ...sendStock($kontor, $sku, 12)], 'returnCode');
check('price and stock', $sent === [0, 0], $sent);

try {
    sendArticles(connect($url, $reader, $password), article($sku, $name));
    check('fault', false, 'a user who may only read has written');
} catch (SoapFault $fault) {
    $code = $fault->detail->gatewayFault->errorCode;
    check('fault', str_contains($fault->getMessage(), $code) && str_ends_with($fault->faultcode, 'Client'), $fault);
}

$order = fetchOrder($kontor, $number);
$positions = array_map(fn (object $line) => [$line->internalItemNumber, $line->quantity, $line->price], $order->orderItems->item);
$shipped = array_column(sendShipped($kontor, $order->orderId, $tracking), 'returnCode');
check('order', $positions === [["$orderItem-1", 1, '9.90'], ["$orderItem-2", 2, '9.90']] && $shipped === [0], [$positions, $shipped]);

try {
    connect($url, $user, 'wrong')->echo(['request' => []]);
    check('password', false, 'it was accepted');
} catch (SoapFault $fault) {
    check('password', str_contains($fault->getMessage(), 'KONTOR-1001'), $fault->getMessage());
}
