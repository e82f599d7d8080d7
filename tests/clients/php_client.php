<?php
// The story of run.py with PHP's own SoapClient.   php_client.php typed|compat

declare(strict_types=1);
ini_set('default_socket_timeout', '60');

$url = getenv('KONTOR_URL');
$sku = getenv('KONTOR_SKU');
$user = getenv('KONTOR_USER');
$password = getenv('KONTOR_PASSWORD');
const ACCOUNT = 1000;
const NAME = 'Größe "L" & \'fein\' <neu>';
const SHORT_TEXT = "  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr";
$longText = str_repeat('Ein langer Text über Äpfel. ', 2000);
$tracking = "T-$sku";

function check(string $what, bool $condition, mixed $seen = null): void
{
    if (!$condition) {
        echo "FAILED $what: ", substr((string) json_encode($seen, JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR), 0, 1500), "\n";
        exit(1);
    }
    echo "ok $what\n";
}

/** One call to the sandbox channel: the status and the decoded answer. */
function http(string $method, string $address, ?array $body = null): array
{
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => 'Content-Type: application/json',
        'content' => $body === null ? '' : json_encode($body),
        'ignore_errors' => true,
        'timeout' => 30,
    ]]);
    $answer = file_get_contents($address, false, $context);
    preg_match('/ (\d{3})/', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($answer, true)];
}

function connect(string $wsdl, string $user, string $password): SoapClient
{
    return new SoapClient($wsdl, [
        'login' => $user,
        'password' => $password,
        'cache_wsdl' => WSDL_CACHE_NONE,
        // Without it a list of one element would be the element itself.
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'exceptions' => true,
        'trace' => true,
        'connection_timeout' => 30,
    ]);
}

/** Payloads of the typed face: all the names of its WSDL that this client uses are here. */
final class Typed
{
    public const WSDL = '/ws/v1?wsdl';

    public function __construct(private SoapClient $client)
    {
    }

    private function call(string $operation, array $request): object
    {
        return $this->client->__soapCall($operation, [['request' => $request]])->result;
    }

    /** [code, reference, error, report] of each report. */
    private function records(object $result): array
    {
        return array_map(
            fn (object $r) => [$r->returnCode, $r->referenceId ?? null, $r->errorDescription ?? null, $r],
            $result->reports->item ?? [],
        );
    }

    public function echo(): void
    {
        $this->call('echo', []);
    }

    public function items(array ...$rows): array
    {
        $item = array_map(fn (array $row) => [
            'significantKey' => 'INTERNAL_ITEM_NUMBER',
            'referenceId' => $row[0],
            'mandatorId' => 1,
            'internalItemNumber' => $row[1],
            'identifier' => NAME,
            'taxTypeId' => $row[2],
            'textModules' => ['item' => [[
                'textModuleType' => 15,
                'translations' => ['item' => [['languageCodeIso' => 'de', 'text' => $row[3]]]],
            ]]],
        ], $rows);
        return $this->records($this->call('updateItems', ['items' => ['item' => $item]]));
    }

    public function itemId(array $record): int
    {
        return $record[3]->item->itemId;
    }

    public function price(string $sku, string $price): array
    {
        return $this->records($this->call('updatePricelist', ['pricelists' => ['item' => [[
            'significantKey' => 'IDENTIFIER',
            'mandatorId' => 1,
            'identifier' => 'default',
            'fullImport' => false,
            'isoCurrency' => 'EUR',
            'roundingId' => 1,
            'gross' => true,
            'validities' => ['item' => [['prices' => ['item' => [['itemNr' => $sku, 'price' => $price]]]]]],
        ]]]]));
    }

    public function stock(string $sku, int $count): array
    {
        return $this->records($this->call('updateStockCount', ['items' => ['item' => [[
            'significantKey' => 'INTERNAL_ITEM_NUMBER',
            'mandatorId' => 1,
            'internalItemNumber' => $sku,
            'stockItems' => ['item' => [[
                'mandatorId' => 1,
                'warehouseCode' => 'standard',
                'stockCount' => $count,
                'absolute' => true,
            ]]],
        ]]]]));
    }

    public function prepare(int $itemId): array
    {
        $offer = ['mandatorId' => 1, 'accountId' => ACCOUNT, 'itemId' => $itemId];
        return $this->records($this->call('prepareOffers', ['offers' => ['item' => [$offer]]]));
    }

    public function offerId(array $record): int
    {
        return $record[3]->offer->offerId;
    }

    public function upload(int $offerId): array
    {
        return $this->records($this->call('uploadOffers', ['offerIds' => ['item' => [$offerId]], 'processSynchronous' => true]));
    }

    public function sync(): array
    {
        return $this->records($this->call('syncPlatformOrders', ['accountIds' => ['item' => [ACCOUNT]], 'processSynchronous' => true]));
    }

    /** [order id, number at the channel, [[sku, quantity]]] of each order the ERP has not got yet. */
    public function orders(): array
    {
        $result = $this->call('fetchOrders', [
            'filters' => ['item' => [['mandatorId' => ['value' => 1], 'exportDate' => ['isNull' => true]]]],
            'ordersPerPage' => 50,
            'page' => 1,
        ]);
        check('fetchOrders reports success', $result->report->returnCode === 0, $result->report);
        return array_map(fn (object $o) => [
            $o->orderId,
            $o->marketplaceOrderId ?? null,
            array_map(fn (object $i) => [$i->internalItemNumber, (int) $i->quantity], $o->orderItems->item ?? []),
        ], $result->orders->item ?? []);
    }

    public function shipped(string $tracking, int ...$orderIds): array
    {
        $orders = array_map(fn (int $id) => [
            'significantKey' => 'ORDER_ID',
            'mandatorId' => 1,
            'orderId' => $id,
            'status' => 'SHIPPED',
            'shippingInformations' => ['item' => [['trackingNumber' => $tracking, 'shippingProviderIdentifier' => 'DHL']]],
        ], $orderIds);
        return $this->records($this->call('updateOrderStatus', ['orders' => ['item' => $orders]]));
    }
}

/** Payloads of the compat face: an XML document in a string. */
final class Compat
{
    public const WSDL = '/ws/connect?wsdl';

    public function __construct(private SoapClient $client)
    {
    }

    private static function text(string $text): string
    {
        return htmlspecialchars($text, ENT_XML1 | ENT_QUOTES, 'UTF-8');
    }

    // guide: compat
    public function send(string $method, string $body, string $version = '1.0.0', string $argument = 'requestData'): SimpleXMLElement
    {
        $document = "<request method=\"$method\" version=\"$version\">$body</request>";
        return new SimpleXMLElement($this->client->__soapCall($method, [[$argument => $document]])->return);
    }

    public function records(SimpleXMLElement $response): array
    {
        $records = [];
        foreach ($response->report as $r) {
            $value = fn (string $name) => isset($r[$name]) ? (string) $r[$name] : (isset($r->$name) ? (string) $r->$name : null);
            $records[] = [(int) $value('return_code'), $value('reference_id'), (string) $r->error_description, $r];
        }
        return $records;
    }
    // end

    public function echo(): void
    {
        $this->send('echo', '');
    }

    public function items(array ...$rows): array
    {
        $body = '';
        foreach ($rows as [$reference, $sku, $tax, $text]) {
            $body .= "<item significant_key=\"internal_item_number\" reference_id=\"$reference\"><mandator_id>1</mandator_id>"
                . '<identifier>' . self::text(NAME) . '</identifier>'
                . '<internal_item_number>' . self::text($sku) . "</internal_item_number><tax_type_id>$tax</tax_type_id>"
                . '<text_modules><text_module><text_module_type>15</text_module_type><translation>'
                . '<language_code_iso>de</language_code_iso><text>' . self::text($text) . '</text></translation></text_module></text_modules></item>';
        }
        return $this->records($this->send('updateItems', $body));
    }

    public function itemId(array $record): int
    {
        return (int) $record[3]->xpath('.//item_id')[0];
    }

    public function price(string $sku, string $price): array
    {
        return $this->records($this->send('updatePricelist', '<pricelist significant_key="identifier"><mandator_id>1</mandator_id>'
            . '<identifier>default</identifier><full_import>false</full_import><iso_currency>EUR</iso_currency>'
            . '<rounding_id>1</rounding_id><gross>true</gross><validities><validity><prices>'
            . "<entry item_nr=\"$sku\" price=\"$price\"/></prices></validity></validities></pricelist>"));
    }

    public function stock(string $sku, int $count): array
    {
        return $this->records($this->send('updateStockCount', '<item significant_key="internal_item_number"><mandator_id>1</mandator_id>'
            . "<internal_item_number>$sku</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id>"
            . "<warehouse_code>standard</warehouse_code><stock_count>$count</stock_count><absolute>true</absolute>"
            . '</stock_item></stock_items></item>'));
    }

    public function prepare(int $itemId): array
    {
        return $this->records($this->send('prepareOffers', '<offer><mandator_id>1</mandator_id><account_id>' . ACCOUNT
            . "</account_id><item_id>$itemId</item_id></offer>"));
    }

    public function offerId(array $record): int
    {
        return (int) $record[3]->xpath('.//offer_id')[0];
    }

    public function upload(int $offerId): array
    {
        return $this->records($this->send('uploadOffers', "<offers><offer_id>$offerId</offer_id></offers><process_synchronous>true</process_synchronous>"));
    }

    public function sync(): array
    {
        return $this->records($this->send('syncPlatformOrders', '<accounts><account_id>' . ACCOUNT
            . '</account_id></accounts><process_synchronous>true</process_synchronous>'));
    }

    public function orders(): array
    {
        $response = $this->send('fetchOrders', '<filter><mandator_id filter_method="=" filter_value="1"/>'
            . '<export_date filter_method="IS" filter_value="NULL"/></filter><orders_per_page>50</orders_per_page><page>1</page>');
        check('fetchOrders reports success', $this->records($response)[0][0] === 0, $response);
        $orders = [];
        foreach ($response->order as $o) {
            $positions = [];
            foreach ($o->xpath('.//order_item') as $i) {
                $positions[] = [(string) $i->internal_item_number, (int) (string) $i->quantity];
            }
            $orders[] = [(int) $o->order_id, (string) $o->marketplace_order_id, $positions];
        }
        return $orders;
    }

    public function shipped(string $tracking, int ...$orderIds): array
    {
        $body = '';
        foreach ($orderIds as $id) {
            $body .= "<order significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>$id</order_id><status>SHIPPED</status>"
                . "<shipping_informations><shipping_information><tracking_number>$tracking</tracking_number>"
                . '<shipping_provider_identifier>DHL</shipping_provider_identifier></shipping_information></shipping_informations></order>';
        }
        return $this->records($this->send('updateOrderStatus', $body, argument: 'argRequestData'));
    }
}

function codes(array $records): array
{
    return array_column($records, 0);
}

$kind = ['typed' => Typed::class, 'compat' => Compat::class][$argv[1]];
$wsdl = $url . $kind::WSDL;
$client = connect($wsdl, $user, $password);
$face = new $kind($client);

$face->echo();
echo "ok echo\n";

check('no record, no report', $face->items() === []);
$records = $face->items(['r1', $sku, 3, SHORT_TEXT], ['r2', "$sku-bad", 99, 'x'], ['r3', "$sku-long", 3, $longText]);
check('one report per record, in order', array_column($records, 1) === ['r1', 'r2', 'r3'], $records);
check('the bad record alone fails', array_map(fn ($c) => $c < 0, codes($records)) === [false, true, false], $records);
check('and says why', (string) $records[1][2] !== '', $records);
$records = $face->items(['r1', $sku, 3, SHORT_TEXT]);
check('one record, one report', codes($records) === [0], $records);
$itemId = $face->itemId($records[0]);

check('price', codes($face->price($sku, '9.90')) === [0]);
check('stock', codes($face->stock($sku, 12)) === [0]);
$records = $face->prepare($itemId);
check('prepareOffers', codes($records) === [0], $records);
$records = $face->upload($face->offerId($records[0]));
check('uploadOffers', codes($records) === [0], $records);

$sandbox = "$url/sandbox/" . ACCOUNT;
[$status, $offer] = http('GET', "$sandbox/offers/$sku");
check('the offer reached the channel', $status === 200, $offer);
check('with texts untouched', [$offer['title'], $offer['description'], (float) $offer['price'], $offer['quantity']]
    === [NAME, SHORT_TEXT, 9.9, 12], $offer);
[$status, $order] = http('POST', "$sandbox/orders", ['lines' => [['sku' => $sku, 'quantity' => 2]]]);
check('a buyer orders', $status < 300, $order);
$number = $order['order_id'];
$records = $face->sync();
check('syncPlatformOrders', $records !== [] && max(codes($records)) === 0 && min(codes($records)) === 0, $records);
$orders = $face->orders();
$mine = array_values(array_filter($orders, fn (array $o) => $o[1] === $number));
check('fetchOrders brings the order once', count($mine) === 1, $orders);
check('with its position', $mine[0][2] === [[$sku, 2]], $mine);
$records = $face->shipped($tracking, $mine[0][0], 2000000000);
check('shipped, and an unknown order fails alone', array_map(fn ($c) => $c < 0, codes($records)) === [false, true], $records);
[, $order] = http('GET', "$sandbox/orders/$number");
check('the channel knows the parcel', $order['status'] === 'shipped' && str_contains((string) json_encode($order), $tracking), $order);

// Something that the gateway has to understand and does not: the one fault that a client can cause on purpose.
try {
    $client->__setSoapHeaders(new SoapHeader('urn:example', 'Unknown', 'x', true));
    $face->echo();
    check('a header that nobody understands is a fault', false);
} catch (SoapFault $fault) {
    check('a header that nobody understands is a fault', str_contains($fault->faultcode, 'MustUnderstand'), [$fault->faultcode, $fault->getMessage()]);
}
$client->__setSoapHeaders(null);

if ($kind === Typed::class) {
    // SoapClient sends what the WSDL allows; a document that is none goes by its lower half.
    $broken = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        . '<updateItems xmlns="urn:kontor:v1"><request><items><item></request></updateItems></s:Body></s:Envelope>';
    $failed = false;
    try {
        $answer = $client->__doRequest($broken, "$url/ws/v1", '', SOAP_1_1);
        $failed = str_contains((string) $answer, 'Fault');
    } catch (SoapFault $fault) {
        $failed = true;
    }
    check('broken XML is a fault', $failed, $answer ?? null);
} else {
    try {
        $records = $face->records($face->send('updateItems', '', '9.9.9'));
        check('an unknown version fails', count($records) === 1 && $records[0][0] < 0, $records);
    } catch (SoapFault $fault) {
        check('an unknown version is a fault', str_contains($fault->getMessage(), '9.9.9'), $fault->getMessage());
    }
}

$stranger = connect($wsdl, $user, 'wrong');
try {
    (new $kind($stranger))->echo();
    check('a wrong password is refused', false);
} catch (SoapFault $fault) {
    check('a wrong password is refused', str_contains((string) $stranger->__getLastResponseHeaders(), ' 401 ')
        || str_contains($fault->getMessage(), 'Unauthorized'), $fault->getMessage());
}
