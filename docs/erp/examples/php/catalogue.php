<?php
// A catalogue into Kontor, its orders back.   php catalogue.php load FOLDER | php catalogue.php orders

declare(strict_types=1);
ini_set('default_socket_timeout', '60'); // of each answer, in seconds

const MANDATOR = 1, ACCOUNT = 1000, DESCRIPTION = 15, WAREHOUSE = 'standard';
const ERP = 'erp'; // in place of the ERP's database: cursors and orders
const DAMAGED = ['SHIRT-L']; // what the warehouse cannot deliver

// guide: call
/** A list; PHP leaves `item` out of an empty one. */
function itemsOf(?object $wrapper): array
{
    return $wrapper->item ?? [];
}

/** Sends one document. If no answer comes, sends the same one with the same key: Kontor books it once. */
function call(string $operation, array $request, ?string $key = null): object
{
    $header = 'Idempotency-Key: ' . ($key ?? bin2hex(random_bytes(16)));
    $kontor = new SoapClient((getenv('KONTOR_URL') ?: 'http://127.0.0.1:8080') . '/ws/v1?wsdl', [ // a key belongs to a client
        'login' => getenv('KONTOR_USER') ?: 'erp',
        'password' => getenv('KONTOR_PASSWORD') ?: 'example',
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS, // else a list of one element is the element itself
        'cache_wsdl' => WSDL_CACHE_MEMORY,
        'connection_timeout' => 30,
        'keep_alive' => false,
        'stream_context' => stream_context_create(['http' => ['header' => $header]]),
    ]);
    for ($attempt = 1; ; $attempt++) {
        try {
            $result = $kontor->__soapCall($operation, [['request' => $request]])->result;
            break;
        } catch (SoapFault $fault) {
            // "HTTP": no answer, so nobody knows whether it was booked. "Server": it is busy, or its database is away.
            $again = $fault->faultcode === 'HTTP' || str_ends_with($fault->faultcode, 'Server');
            if (!$again || $attempt === 3) {
                throw $fault;
            }
            sleep($attempt);
        }
    }
    foreach (itemsOf($result->warnings ?? null) as $warning) {
        echo "warning: $operation: $warning\n";
    }
    return $result;
}

/** The reports of the records that Kontor took. Correct a refused record; do not repeat it. */
function write(string $operation, array $request, ?string $key = null): array
{
    $reports = itemsOf(call($operation, $request, $key)->reports ?? null);
    foreach ($reports as $report) {
        if ($report->returnCode < 0) {
            echo "refused: $operation: {$report->errorDescription} ({$report->returnCode})\n";
        }
    }
    return array_filter($reports, fn (object $report) => $report->returnCode >= 0);
}
// end

// guide: changes
/** The records that changed since the last run. The cursor is stored when its page has been booked. */
function changes(string $operation, string $records, array $more = []): Generator
{
    $cursor = ERP . "/$operation.cursor";
    do {
        $since = is_file($cursor) ? file_get_contents($cursor) : '';
        $mine = ['item' => [['mandatorId' => ['value' => MANDATOR]]]]; // not the status: an order that leaves a filter is missed
        $result = call($operation, ['filters' => $mine, 'changedSince' => $since] + $more);
        if ($result->report->returnCode < 0) {
            throw new RuntimeException("$operation: {$result->report->errorDescription}");
        }
        $page = itemsOf($result->$records ?? null);
        yield from $page;
        file_put_contents($cursor, $result->nextChangedSince);
    } while ($page);
}
// end

/** The rows of a CSV file, by the names in its first line. */
function rows(string $path): array
{
    $lines = array_map(fn (string $line) => str_getcsv($line, ';'), file($path, FILE_IGNORE_NEW_LINES));
    $names = array_shift($lines);
    return array_map(fn (array $line) => array_combine($names, $line), $lines);
}

function category(array $row): array
{
    return [
        'significantKey' => 'EXTERNAL_ID', 'mandatorId' => MANDATOR, 'externalId' => $row['number'],
        'externalParentId' => $row['parent'] ?: null, 'identifier' => $row['name'],
    ];
}

// guide: article
function article(array $row, string $pictures): array
{
    $text = ['languageCodeIso' => 'en', 'text' => "{$row['name']}, made to last."];
    $record = [
        'significantKey' => 'INTERNAL_ITEM_NUMBER', 'mandatorId' => MANDATOR, 'internalItemNumber' => $row['sku'],
        'identifier' => $row['name'], 'taxTypeId' => $row['tax'], 'eanCode' => $row['ean'] ?: null,
        'externalCategoryId' => $row['category'] ?: null, // a variant without one has its parent's
        'textModules' => ['item' => [['textModuleType' => DESCRIPTION, 'translations' => ['item' => [$text]]]]],
    ];
    if ($row['picture']) { // SoapClient encodes the bytes
        $picture = ['imageModuleTypeId' => 1, 'imageBase64' => file_get_contents("$pictures/{$row['picture']}")];
        $record['imageModules'] = ['item' => [$picture]];
    }
    if ($row['parent']) { // an article of its own, earlier in the file
        $attributes = [];
        foreach (array_filter(['Colour' => $row['colour'], 'Size' => $row['size']]) as $name => $value) {
            $attributes[] = ['property' => ['identifier' => $name], 'value' => ['identifier' => $value]];
        }
        $record['variant'] = ['externalVariantParentId' => $row['parent'], 'attributes' => ['item' => $attributes]];
    }
    return $record;
}
// end

// guide: prices
/** `$prices`: article number => price. */
function pricelist(string $name, array $prices): array
{
    $entries = array_map(fn ($sku, $price) => ['itemNr' => $sku, 'price' => $price], array_keys($prices), $prices);
    return [
        'significantKey' => 'IDENTIFIER', 'mandatorId' => MANDATOR, 'identifier' => $name, 'isoCurrency' => 'EUR',
        'roundingId' => 1, 'gross' => true,
        'fullImport' => true, // these prices replace the stored ones
        'validities' => ['item' => [['prices' => ['item' => $entries]]]],
    ];
}
// end

function stock(array $row): array
{
    $booking = ['mandatorId' => MANDATOR, 'warehouseCode' => WAREHOUSE, 'stockCount' => $row['stock'], 'absolute' => true];
    return [
        'significantKey' => 'INTERNAL_ITEM_NUMBER', 'mandatorId' => MANDATOR, 'internalItemNumber' => $row['sku'],
        'stockItems' => ['item' => [$booking]],
    ];
}

function load(string $folder): void
{
    write('updateCategories', ['categories' => ['item' => array_map('category', rows("$folder/categories.csv"))]]);
    $articles = rows("$folder/articles.csv");
    $records = array_map(fn (array $row) => article($row, "$folder/pictures"), $articles);
    $reports = write('updateItems', ['items' => ['item' => $records]]);
    $stored = array_map(fn (object $report) => $report->item->internalItemNumber, $reports);
    $sold = array_values(array_filter($articles, fn ($row) => in_array($row['sku'], $stored) && $row['price'])); // no parents

    $default = pricelist('default', array_column($sold, 'price', 'sku'));
    $sale = pricelist('sale', array_filter(array_column($sold, 'sale', 'sku')));
    write('updatePricelist', ['pricelists' => ['item' => [$default, $sale]]]);
    write('updateStockCount', ['items' => ['item' => array_map('stock', $sold)]]);

    // guide: offers
    $wanted = array_map(fn (array $row) => [
        'referenceId' => $row['sku'], 'mandatorId' => MANDATOR, 'accountId' => ACCOUNT, 'internalItemNumber' => $row['sku'],
    ], $sold);
    $prepared = write('prepareOffers', ['offers' => ['item' => $wanted]]);
    foreach ($prepared as $report) {
        foreach (itemsOf($report->offer->missingValues ?? null) as $missing) {
            echo "incomplete: {$report->referenceId} {$missing->name}: {$missing->reason}; {$missing->remedy}\n";
        }
    }
    $numbers = array_values(array_map(fn (object $report) => $report->offer->offerId, $prepared));
    write('uploadOffers', ['offerIds' => ['item' => $numbers], 'processSynchronous' => true]);
    foreach (changes('fetchUploadMessages', 'messages') as $message) {
        $offer = $message->offerId ?? '-';
        echo "message: {$message->severity} {$message->code}, offer $offer: {$message->text}; ", $message->remedy ?? 'nothing to do', "\n";
    }
    // end
    printf("loaded: %d articles, %d offers\n", count($stored), count($numbers));
}

// guide: orders
function reportStatus(object $order, string $status, ?string $key = null, array $details = []): void
{
    $update = ['significantKey' => 'ORDER_ID', 'mandatorId' => MANDATOR, 'orderId' => $order->orderId, 'status' => $status] + $details;
    write('updateOrderStatus', ['orders' => ['item' => [$update]]], $key);
}

/** The same parcel with the same contents is a repeat, so a crash between two parcels does no harm. */
function ship(object $order, int $number, array $contents): void
{
    $parcel = [
        'externalPacketNumber' => "LS-{$order->orderNumber}-$number", 'trackingNumber' => "TRACK-{$order->orderNumber}-$number",
        'shippingProviderIdentifier' => 'DHL',
        'contents' => ['item' => array_values(array_filter($contents, fn (array $content) => $content['quantity'] > 0))],
    ];
    reportStatus($order, 'SHIPPED', details: ['shippingInformations' => ['item' => [$parcel]]]);
}

function process(object $order): void
{
    $lines = itemsOf($order->orderItems);
    $text = implode(array_map(fn ($line) => "{$line->internalItemNumber};{$line->quantity};{$line->price}\n", $lines));
    file_put_contents(ERP . "/order-{$order->orderId}.csv", $text); // insert or update: an order that changes comes again
    if (!isset($order->exportDate)) {
        reportStatus($order, 'FETCHED');
    }
    $paid = ($order->workflow ?? '') !== 'PREPAYMENT' || ($order->paymentStatusIdentifier ?? '') === 'PAID';
    if (!$paid || !array_sum(array_column($lines, 'openQuantity'))) {
        return;
    }
    $contents = [];
    foreach ($lines as $line) {
        if (!in_array($line->internalItemNumber, DAMAGED)) {
            $pieces = $line->quantity - $line->cancelledQuantity;
            $contents[] = ['orderItemId' => $line->orderItemId, 'quantity' => $pieces];
        } elseif ($line->openQuantity > 0) {
            // Nothing in the document tells a repeat from a second cancellation, so the key must survive a crash.
            $key = "cancel-{$order->orderId}-{$line->orderItemId}-{$line->cancelledQuantity}";
            $pieces = ['orderItemId' => $line->orderItemId, 'quantity' => $line->openQuantity];
            reportStatus($order, 'CANCELED', $key, ['orderItems' => ['item' => [$pieces]]]);
        }
    }
    $contents = array_values(array_filter($contents, fn (array $content) => $content['quantity'] > 0));
    if (array_sum(array_column($contents, 'quantity')) > 1) { // one piece today, the others tomorrow
        ship($order, 1, [['quantity' => 1] + $contents[0]]);
        $contents[0]['quantity']--;
        ship($order, 2, $contents);
    } elseif ($contents) {
        ship($order, 1, $contents);
    }
    echo "processed: {$order->marketplaceOrderId}\n";
}

function orders(): void
{
    foreach (changes('fetchOrders', 'orders', ['ordersPerPage' => 100]) as $order) {
        process($order);
    }
}
// end

@mkdir(ERP);
$argv[1] === 'load' ? load($argv[2]) : orders();
